// Package faults tests one property of the controller, from every state that
// crashes, lost answers, stale caches and meddling can leave behind: once the
// declared state stops changing, AWS reaches exactly it and stays there,
// everything foreign is untouched, every status is true, no finalizer hangs,
// and no write is repeated for ever.
//
// A test has a world of its own: an API server and an AWS in memory, and the
// real controller, work queue and AWS SDK between them. All of it lives in a
// synctest bubble, so hours of retries and sweeps take milliseconds. A process
// of the controller can be killed at any of its writes, right before or right
// after the write takes effect; the next one knows only what the API server
// and AWS hold.
//
// Tests named TestReal... play the same on real processes in real time: the
// program setpoint-controller, or two of it, an API server with etcd that can be
// killed, and the local AWS on a port. They see what the world in memory leaves
// out, such as leases and connections, and there are few of them.
//
// What AWS should have is computed without the controller's code: the manifest
// is sent to a second, fresh AWS as it is written, and both are compared.
package faults

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

var (
	seeds  = flag.Int("seeds", 200, "number of random histories")
	seed   = flag.Uint64("seed", 0, "replay this one random history")
	reals  = flag.Int("real", 6, "number of random histories of real processes")
	length = flag.Int("length", 0, "cut random histories after so many steps; 0: whole ones")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if dir := os.Getenv(serverDir); dir != "" {
		if err := serveAPI(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	// Each world is small and short-lived: the default collects them a dozen times
	// a second, which took a fifth of the time.
	debug.SetGCPercent(400)
	if !isSet("test.parallel") {
		// Tests of real processes mostly wait. Worlds in memory need the processors,
		// and are done before the former begin.
		if err := flag.Set("test.parallel", "5"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	log.SetLogger(logr.Discard())
	slog.SetDefault(slog.New(slog.DiscardHandler))
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func isSet(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// scratch is a folder that goes with the process.
var scratch string

func run(m *testing.M) (code int, err error) {
	if scratch, err = os.MkdirTemp("", "setpoint-faults-"); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, endServers(), os.RemoveAll(scratch)) }()
	return m.Run(), nil
}
