package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

func cloudClockCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var advance time.Duration
	var speed float64
	var pause, resume bool
	cmd := &cobra.Command{
		Use:   "clock [--advance DURATION] [--speed N] [--pause | --resume]",
		Short: "Show the clock of a local AWS, move it ahead, make it faster or let it stand still",
		Long: `Shows the clock of a local AWS, after changing it if a flag says so. What falls due
while it is moved ahead happens in the order of time, each thing at its own time.`,
		Example: `  setpoint cloud clock --advance 15m
  setpoint cloud clock --speed 60
  setpoint cloud clock --pause`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			method, change := http.MethodGet, admin.ClockChange{Advance: admin.Duration(advance)}
			if cmd.Flags().Changed("speed") {
				change.Speed = &speed
			}
			if pause || resume {
				change.Paused = &pause
			}
			if change != (admin.ClockChange{}) {
				method = http.MethodPut
				return show(cmd.Context(), c, method, "clock", nil, change, drawClock)
			}
			return show(cmd.Context(), c, method, "clock", nil, nil, drawClock)
		},
	}
	c.bind(cmd)
	f := cmd.Flags()
	f.DurationVar(&advance, "advance", 0, "let so much time pass at once, such as 15m")
	f.Float64Var(&speed, "speed", 1, "how many times faster than real time passes from now on")
	f.BoolVar(&pause, "pause", false, "let the clock stand still")
	f.BoolVar(&resume, "resume", false, "let it run again")
	cmd.MarkFlagsMutuallyExclusive("pause", "resume")
	return cmd
}

func drawClock(t *table, c admin.Clock) {
	speed := "as fast as real time"
	if c.Speed != 1 {
		speed = strconv.FormatFloat(c.Speed, 'g', -1, 64) + " times as fast as real time"
	}
	if c.Paused {
		speed = "stands still"
	}
	t.line("%s UTC, %s", clockTime(c.Time), speed)
}

func cloudResetCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Remove everything from a local AWS, of all accounts; its clock goes on",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(cmd.Context(), c, http.MethodPost, "reset", nil, nil, func(t *table, _ map[string]string) {
				t.line("Resources, targets, alarms, metrics, traffic and faults are gone.")
			})
		},
	}
	c.bind(cmd)
	return cmd
}
