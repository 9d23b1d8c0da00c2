package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/autoscaling/spelling"
)

// confining are parts of the names of flags that people write to have less
// touched. To ignore such a flag would be to touch more than they allow.
var confining = []string{"namespace", "selector", "dry-run", "read-only"}

// setAside takes the flags out of the arguments that this program does not have: a
// Deployment of some other version of the ACK controller starts all the same, and
// the log names them. What looks like a slip, or would confine the controller, is an
// error. The value of an unknown flag is what follows it up to the next flag.
func setAside(fs *pflag.FlagSet, args []string) (rest, unknown []string, err error) {
	rest = []string{} // never nil, for which cobra reads the arguments of the process
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(rest, args[i:]...), unknown, nil
		}
		long, isLong := strings.CutPrefix(arg, "--")
		if !isLong {
			rest = append(rest, arg)
			continue
		}
		name, _, hasValue := strings.Cut(long, "=")
		known := fs.Lookup(name)
		valueFollows := !hasValue && i+1 < len(args) && (known != nil && known.NoOptDefVal == "" || known == nil && !strings.HasPrefix(args[i+1], "-"))
		if known != nil {
			rest = append(rest, arg)
		} else if err := mayBeIgnored(fs, name); err != nil {
			return nil, nil, err
		} else {
			unknown = append(unknown, name)
		}
		if valueFollows {
			i++
			if known != nil {
				rest = append(rest, args[i])
			}
		}
	}
	return rest, unknown, nil
}

// mayBeIgnored refuses a name that was probably meant to be one of ours, and one
// that would have confined the controller.
func mayBeIgnored(fs *pflag.FlagSet, name string) error {
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if meant, near := spelling.Nearest(name, names); near {
		return fmt.Errorf("there is no flag --%s: did you mean --%s?", name, meant)
	}
	if slices.ContainsFunc(confining, func(part string) bool { return strings.Contains(name, part) }) {
		return fmt.Errorf("there is no flag --%s, and without it the controller may touch more than you want: remove it, and write --watch-namespace or --watch-selectors to confine the controller", name)
	}
	return nil
}
