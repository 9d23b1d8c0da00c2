package persist

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// A cloud that cannot be kept any more must not go on as if it were.
func TestAFileThatCannotBeWritten(t *testing.T) {
	f, err := Open(filepath.Join(t.TempDir(), "cloud"))
	if err != nil {
		t.Fatal(err)
	}
	cloud, _, err := f.Load(t.Context(), Begin{Account: "111122223333", Region: "eu-west-1"}, localcloud.Options{Logger: slog.New(slog.DiscardHandler)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Begun().Seed == 0 {
		t.Error("without a seed the IDs would be others after a restart")
	}
	_ = f.file.Close() // what a full disk does to it
	if err := cloud.Seed(t.Context(), localcloud.Endpoint{}); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"Run": f.Run(t.Context()), "Close": f.Close()} {
		if err == nil || !strings.Contains(err.Error(), "cannot be written") {
			t.Errorf("%s says why it ends: %v", what, err)
		}
	}
}
