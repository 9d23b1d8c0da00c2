package controlplane

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/zap"
)

// captured returns a logger without times and the text it has written.
func captured(level slog.Level) (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})), &out
}

func TestKlogLine(t *testing.T) {
	cases := []struct {
		line, want string
		stopping   bool
		reason     string
	}{
		{line: "I0102 15:04:05.678901    1234 file.go:56] hello\n", want: "level=DEBUG msg=hello\n",
			reason: "the information of a library is detail to our user"},
		{line: "W0102 15:04:05.678901    1234 file.go:56] odd [a] b\n", want: "level=WARN msg=\"odd [a] b\"\n",
			reason: "only the first bracket ends the header"},
		{line: "E0102 15:04:05.678901    1234 file.go:56] bad\n", want: "level=ERROR msg=bad\n",
			reason: "errors stay errors"},
		{line: "E0102 15:04:05.678901    1234 file.go:56] bad\n", stopping: true, want: "level=DEBUG msg=bad\n",
			reason: "while stopping, parts complain about each other's absence"},
		{line: "W0102 15:04:05.678901    1234 file.go:56] Skipping API x because it has no resources.\n",
			want: "level=DEBUG msg=\"Skipping API x because it has no resources.\"\n", reason: "this is said at every start"},
		{line: "no header\n", want: "level=DEBUG msg=\"no header\"\n", reason: "a line of unknown form must not be lost"},
		{line: "", want: "", reason: "there is nothing to log"},
	}
	for _, c := range cases {
		logger, out := captured(slog.LevelDebug)
		logs := newLogs(logger)
		logs.stopping.Store(c.stopping)
		logs.klogLine(slog.New(&libraryHandler{logs: logs, next: logs.handler}), []byte(c.line))
		if got := out.String(); got != c.want {
			t.Errorf("klogLine(%q) logged %q, want %q: %s", c.line, got, c.want, c.reason)
		}
	}
}

func FuzzKlogLine(f *testing.F) {
	f.Add([]byte("I0102 15:04:05.678901    1234 file.go:56] hello\n"))
	f.Add([]byte("F] x"))
	f.Add([]byte("] "))
	f.Fuzz(func(t *testing.T, line []byte) {
		logger, out := captured(slog.LevelDebug)
		logs := newLogs(logger)
		logs.klogLine(slog.New(&libraryHandler{logs: logs, next: logs.handler}), line)
		if lines := strings.Count(out.String(), "\n"); lines > 1 || lines == 0 && len(line) > 0 {
			t.Fatalf("klogLine(%q) logged %d lines: %q", line, lines, out)
		}
	})
}

func TestZap(t *testing.T) {
	logger, out := captured(slog.LevelWarn)
	etcd := newLogs(logger).zap().With(zap.String("member", "m"))
	etcd.Info("chatter")
	etcd.Warn("simple token is not cryptographically signed")
	etcd.Warn("slow", zap.Int("ms", 5), zap.Error(errors.New("disk")))
	want := "level=WARN msg=slow component=etcd member=m ms=5 error=disk\n"
	if got := out.String(); got != want {
		t.Errorf("logged %q, want %q: warnings keep their fields, chatter and expected warnings are dropped", got, want)
	}
}

func TestFatalBecomesAnError(t *testing.T) {
	cause := errors.New("disk is gone")
	logs := newLogs(nil)
	_, err := guard(logs, func() (int, error) {
		logs.zap().Fatal("cannot save", zap.Error(cause))
		return 0, errors.New("went on after a fatal error")
	})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "cannot save") {
		t.Errorf("got error %v, want the message and the cause of the fatal error, which would have ended the process", err)
	}
}
