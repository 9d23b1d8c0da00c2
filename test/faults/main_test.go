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
// What AWS should have is computed without the controller's code: the manifest
// is sent to a second, fresh AWS as it is written, and both are compared.
package faults

import (
	"flag"
	"log/slog"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

var (
	seeds  = flag.Int("seeds", 200, "number of random histories")
	seed   = flag.Uint64("seed", 0, "replay this one random history")
	length = flag.Int("length", 0, "cut random histories after so many steps; 0: whole ones")
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.SetLogger(logr.Discard())
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}
