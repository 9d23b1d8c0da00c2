package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/alarmfile"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/validation"
)

type validateOptions struct {
	inputs
	namespace string
	format    format
	strict    bool
	alarms    []string
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

The alarms of step policies are not in manifests: with --alarm FILE, as aws
cloudwatch put-metric-alarm --cli-input-json takes it or describe-alarms answers
it, or as MetricAlarm objects among the documents, steps are shown in absolute
numbers, and alarms that cannot lead a target out of zero are found.

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
	cmd.Flags().StringVarP(&o.namespace, "namespace", "n", "", "namespace of the objects that do not name theirs")
	_ = cmd.RegisterFlagCompletionFunc("namespace", cobra.NoFileCompletions) // the error is about a flag of another name
	cmd.Flags().StringSliceVar(&o.alarms, "alarm", nil, "JSON file with alarms of step scaling policies, as aws cloudwatch put-metric-alarm --cli-input-json takes it")
	_ = cmd.MarkFlagFilename("alarm", "json") // the error is about a flag of another name
	cmd.Flags().BoolVar(&o.strict, "strict", false, "let warnings fail as errors do")
	return cmd
}

func (o *validateOptions) run(ctx context.Context, h host) error {
	set, err := o.read(h)
	if err != nil {
		return err
	}
	given, err := o.given()
	if err != nil {
		return err
	}
	validator, err := validation.New()
	if err != nil {
		return err
	}
	v := validator.Validate(ctx, set, o.namespace, h.now(), given...)
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

// given reads the files with alarms.
func (o *validateOptions) given() ([]validation.Given, error) {
	var given []validation.Given
	for _, name := range o.alarms {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		alarms, err := alarmfile.Read(file)
		_ = file.Close() // it was only read
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		given = append(given, validation.Given{File: name, Alarms: alarms})
	}
	return given, nil
}

func summary(s report.ValidationSummary) string {
	text := fmt.Sprintf("%s checked: %s, %s", report.Counted(s.Objects, "object"), report.Counted(s.Errors, "error"), report.Counted(s.Warnings, "warning"))
	if s.Skipped > 0 {
		text += fmt.Sprintf("; %s of other kinds skipped", report.Counted(s.Skipped, "document"))
	}
	return text
}
