// Package kubectl is the real kubectl as a function, for programs that want to show or test what a user
// would type on machines where kubectl is not installed. A program offers it by executing itself with a
// first argument of its own choice:
//
//	if len(os.Args) > 1 && os.Args[1] == "__kubectl" {
//		os.Exit(kubectl.Main(os.Args[2:]))
//	}
//
// kubectl keeps much of its state per process (flags, warnings, what happens on a fatal error), so that
// a child process is the way to run it more than once, or beside other work. It reads KUBECONFIG and the
// user's preferences like any kubectl; set KUBECTL_KUBERC=false for the child to ignore the preferences.
package kubectl

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/component-base/cli"
	"k8s.io/klog/v2"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/plugin"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
)

// Limits of kubectl's requests for API discovery, the same as in the kubectl people install.
const (
	discoveryBurst = 300
	discoveryQPS   = 50
)

// Main runs kubectl with the given arguments (without the program's name) on the standard streams and
// returns its exit code. It is meant to be the only thing its process does.
func Main(args []string) int {
	return run(args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr})
}

func run(args []string, streams genericiooptions.IOStreams) int {
	if !verbose(args) {
		// What klog says about failed requests, the command says too.
		klog.SetLogger(logr.Discard())
	}
	exit := make(chan int, 1)
	// kubectl's commands do not return errors, they call this function and expect it not to return.
	cmdutil.BehaviorOnFatal(func(message string, code int) {
		printLine(streams.ErrOut, message)
		select {
		case exit <- code:
		default: // the first error decides
		}
		runtime.Goexit()
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		cmdutil.CheckErr(cli.RunNoErrOutput(command(args, streams)))
	}()
	<-done
	select {
	case code := <-exit:
		return code
	default:
		return 0
	}
}

func command(args []string, streams genericiooptions.IOStreams) *cobra.Command {
	flags := genericclioptions.NewConfigFlags(true).
		WithDiscoveryBurst(discoveryBurst).WithDiscoveryQPS(discoveryQPS).WithWarningPrinter(streams)
	// A plugin takes the process over, in the middle of this call.
	root := cmd.NewDefaultKubectlCommandWithArgs(cmd.KubectlOptions{
		Arguments:     append([]string{"kubectl"}, args...),
		ConfigFlags:   flags,
		IOStreams:     streams,
		PluginHandler: cmd.NewDefaultPluginHandler(plugin.ValidPluginFilenamePrefixes),
	})
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	for _, sub := range root.Commands() {
		if sub.Name() == "version" {
			root.RemoveCommand(sub)
		}
	}
	root.AddCommand(newVersion(cmdutil.NewFactory(flags), streams))
	return root
}

// verbose reports whether the user asked for klog's output, by "-v 6" or one of its other forms.
func verbose(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return name == "--v" || strings.TrimRight(name, "0123456789") == "-v"
	})
}

func printLine(w io.Writer, message string) {
	if message != "" {
		fmt.Fprintln(w, strings.TrimSuffix(message, "\n"))
	}
}
