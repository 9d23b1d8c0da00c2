package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func versionCommand(h host) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run:   func(*cobra.Command, []string) { fmt.Fprintln(h.out, "setpoint", version) },
	}
}
