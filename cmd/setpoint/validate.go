package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/validation"
)

type validateOptions struct {
	inputs
	format format
	strict bool
}

func validateCommand(h host) *cobra.Command {
	o := validateOptions{format: newFormat("table", "json", "sarif", "junit")}
	cmd := &cobra.Command{
		Use:   "validate (-f FILE | -k DIR) [-R] [-o FORMAT]",
		Short: "Check manifests, offline",
		Long: `Checks manifests without a cluster and without AWS: against every rule of AWS
that Setpoint knows, against what the API server would refuse (schema, CEL rules,
unknown fields), and against each other. Every finding has a stable code, the
file and the line, and says what to write instead. Steps of policies and the next
runs of schedules are shown in words.

Documents of other kinds are skipped and counted.

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 2 the manifests
could not be read.`,
		Example: `  # Check a file, a directory tree, a kustomization, standard input
  setpoint validate -f examples/sagemaker/hosting-autoscaling-predefined.yaml
  setpoint validate -R -f deploy/
  setpoint validate -k overlays/prod
  helm template chart/ | setpoint validate -f -

  # For the code scanning of a pull request
  setpoint validate -R -f deploy/ -o sarif > setpoint.sarif`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), h) },
	}
	o.bind(cmd)
	o.format.bind(cmd)
	cmd.Flags().BoolVar(&o.strict, "strict", false, "let warnings fail as errors do")
	return cmd
}

func (o *validateOptions) run(ctx context.Context, h host) error {
	set, err := o.read(h)
	if err != nil {
		return err
	}
	validator, err := validation.New()
	if err != nil {
		return err
	}
	v := validator.Validate(ctx, set, h.now())
	switch o.format.value {
	case "json":
		err = v.WriteJSON(h.out)
	case "sarif":
		err = v.WriteSARIF(h.out, report.Tool{Version: version, Titles: validation.Titles()})
	case "junit":
		err = v.WriteJUnit(h.out, o.strict)
	default:
		err = v.WriteTable(h.out, h.style())
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(h.err, summary(v.Summary))
	if v.Summary.Errors > 0 || o.strict && v.Summary.Warnings > 0 {
		return errFound
	}
	return nil
}

func summary(s report.ValidationSummary) string {
	text := fmt.Sprintf("%s checked: %s, %s", report.Counted(s.Objects, "object"), report.Counted(s.Errors, "error"), report.Counted(s.Warnings, "warning"))
	if s.Skipped > 0 {
		text += fmt.Sprintf("; %s of other kinds skipped", report.Counted(s.Skipped, "document"))
	}
	return text
}
