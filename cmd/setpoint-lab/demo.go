package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/examples"
	"github.com/setpoint-io/setpoint/internal/lab"
)

func demoCommand(stdout, stderr io.Writer, f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Play the SageMaker guide step by step, and explain each step",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.complete(stderr)
			return runDemo(cmd.Context(), stdout, f.lab)
		},
	}
}

// runDemo plays the guide in a lab of its own, on free ports, so that it never
// stands in the way of a lab that is running.
func runDemo(ctx context.Context, stdout io.Writer, o lab.Options) (err error) {
	dir, err := os.MkdirTemp("", "setpoint-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	reports := o.Dir // what stays; all else goes with the demo
	o.Dir, o.KubeAddr, o.CloudAddr, o.ConsoleAddr = dir, "127.0.0.1:0", "127.0.0.1:0", ""
	o.EndpointDelay, o.ProvisioningDelay, o.NoController, o.NoSeed = 2*time.Second, 90*time.Second, false, false

	fmt.Fprintln(stdout, "Starting a Kubernetes API server, a local AWS and the controller in this process …")
	start := time.Now()
	l, err := lab.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Stop()) }()
	fmt.Fprintf(stdout, "Ready after %.1f s. Every command below works the same way against `make lab`.\n", time.Since(start).Seconds())

	files, err := exampleFiles(dir)
	if err != nil {
		return err
	}
	d := &demo{out: stdout, lab: l, files: files, dir: reports, aws: newAWSConsole(l)}
	for i, step := range guide() {
		fmt.Fprintf(stdout, "\n%s\n%s\n", d.bold(fmt.Sprintf("Step %d. %s", i+1, step.title)), step.why)
		for _, action := range step.actions {
			if err := action(ctx, d); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
		}
	}
	fmt.Fprintf(stdout, "\n%s\nNothing is left in AWS. Try it yourself: make lab\n", d.bold("Done."))
	return nil
}

// exampleFiles returns the folder of the examples: that of the repository, or
// a copy when the program runs elsewhere.
func exampleFiles(dir string) (string, error) {
	const here = "examples/sagemaker"
	if _, err := os.Stat(here); err == nil {
		return here, nil
	}
	copied := filepath.Join(dir, "examples")
	if err := os.CopyFS(copied, examples.Files); err != nil {
		return "", err
	}
	return filepath.Join(copied, "sagemaker"), nil
}

// A step is one step of the guide.
type step struct {
	title, why string
	actions    []action
}

// An action prints a command, does what it does, and prints what it says.
type action func(ctx context.Context, d *demo) error

type demo struct {
	out   io.Writer
	lab   *lab.Lab
	files string // folder of the examples
	dir   string // folder of reports
	aws   *awsConsole
}

func (d *demo) bold(s string) string {
	if f, ok := d.out.(*os.File); ok && isTerminal(f) && os.Getenv("NO_COLOR") == "" {
		return "\x1b[1m" + s + "\x1b[0m"
	}
	return s
}

func (d *demo) command(line string) { fmt.Fprintf(d.out, "\n  %s\n", d.bold("$ "+line)) }

func (d *demo) answer(text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		fmt.Fprint(d.out, "    ", line)
	}
	fmt.Fprintln(d.out)
}

// runKubectl runs the real kubectl, which is linked into this program.
func runKubectl(line string) action {
	return func(ctx context.Context, d *demo) error {
		line := strings.ReplaceAll(line, "$EXAMPLES", d.files)
		d.command("kubectl " + line)
		return d.kubectl(ctx, line, "")
	}
}

// applyEdited applies a file with some texts replaced, as sed would.
func applyEdited(file string, fromTo ...string) action {
	return func(ctx context.Context, d *demo) error {
		file := strings.ReplaceAll(file, "$EXAMPLES", d.files)
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		edited, script := string(content), ""
		for i := 0; i < len(fromTo); i += 2 {
			if !strings.Contains(edited, fromTo[i]) {
				return fmt.Errorf("%s holds no %q to edit", file, fromTo[i])
			}
			edited = strings.ReplaceAll(edited, fromTo[i], fromTo[i+1])
			script += fmt.Sprintf("; s/%s/%s/", fromTo[i], fromTo[i+1])
		}
		d.command(fmt.Sprintf("sed '%s' %s | kubectl apply -f -", strings.TrimPrefix(script, "; "), file))
		return d.kubectl(ctx, "apply -f -", edited)
	}
}

// kubectl runs kubectl in a process of its own and prints what it says.
func (d *demo) kubectl(ctx context.Context, line, stdin string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"kubectl"}, strings.Fields(line)...)...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+d.lab.Kubeconfig)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	d.answer(string(out))
	if err != nil {
		return fmt.Errorf("kubectl %s: %w", line, err)
	}
	return nil
}
