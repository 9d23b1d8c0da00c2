package localcloud

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// TestFleetIsTheSameOnAnyMachine lets the same happen to a fleet on one processor
// and divided among several.
func TestFleetIsTheSameOnAnyMachine(t *testing.T) {
	const size = 600 // enough to be divided
	lived := func(processors int) []string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		c := fleet(t, size)
		c.Advance(40 * time.Minute)
		return everything(t, c)
	}
	one := lived(1)
	if !strings.HasPrefix(one[0], "activity") {
		t.Fatal("nothing has happened")
	}
	if diff := cmp.Diff(one, lived(5)); diff != "" {
		t.Errorf("what becomes of a fleet depends on how many processors there are (-one +several):\n%.3000s", diff)
	}
}

// everything is all that has become of a cloud, as text.
func everything(t *testing.T, c *Cloud) []string {
	t.Helper()
	var lines []string
	write := func(what string, it any) {
		text, err := json.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %s", what, text))
	}
	c.View(func(v View) {
		from := v.Now().Add(-time.Hour)
		for _, a := range v.Activities(here, 1e6, func(autoscaling.Identity) bool { return true }) {
			write("activity", a)
		}
		for _, target := range v.Targets(here) {
			key := variantKey
			key.ResourceID = target.ResourceID
			write("target", target)
			write("capacities of "+key.ResourceID, v.Capacities(here, key, from, v.Now()))
		}
		for _, a := range v.Alarms(here) {
			write("alarm", a)
			write("states of "+a.AlarmName, v.States(here, a.AlarmName, from, v.Now()))
			write("metric of "+a.AlarmName, v.Watched(here, &a, from, v.Now()))
		}
		for _, a := range v.Attachments(here) {
			write("traffic", a)
		}
	})
	_, history := ask(c, "DescribeAlarmHistory", "{}")
	return append(lines, history)
}
