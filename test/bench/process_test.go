package bench

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/lab"
)

// buildController builds the program that is measured.
func buildController(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "setpoint-controller")
	build := exec.CommandContext(b.Context(), "go", "build", "-ldflags=-s -w", "-o", binary, "github.com/setpoint-io/setpoint/cmd/setpoint-controller")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building the controller: %v\n%s", err, out)
	}
	return binary
}

// process is a running controller.
type process struct {
	*suite
	cmd *exec.Cmd
	log bytes.Buffer
}

// startController starts a controller and waits until it is ready.
func (s *suite) startController(resync time.Duration) *process {
	health := freeAddr(s.B)
	p := &process{suite: s}
	p.cmd = exec.CommandContext(s.ctx, s.binary,
		"--aws-region", lab.Region, "--aws-endpoint-url", s.lab.CloudURL, "--aws-identity-endpoint-url", s.lab.CloudURL, "--allow-unsafe-aws-endpoint-urls",
		"--enable-leader-election=false", "--metrics-addr=0", "--healthz-addr="+health, "--log-level=error",
		"--reconcile-default-resync-seconds="+strconv.Itoa(int(resync.Seconds())))
	p.cmd.Env = append(os.Environ(), "KUBECONFIG="+s.lab.Kubeconfig, "AWS_ACCESS_KEY_ID="+lab.Account, "AWS_SECRET_ACCESS_KEY=secret", "AWS_ENDPOINT_URL="+s.lab.CloudURL)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.until(func() bool {
		answer, err := http.Get("http://" + health + "/readyz")
		if err != nil {
			return false
		}
		defer func() { _ = answer.Body.Close() }()
		return answer.StatusCode == http.StatusOK
	})
	return p
}

// stop stops the controller as Kubernetes does.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		p.Errorf("the controller ended with %v:\n%s", err, p.log.String())
	}
}

func (p *process) pid() string { return strconv.Itoa(p.cmd.Process.Pid) }

// peak is the most memory that the controller ever occupied, in bytes.
func (p *process) peak() int { return statusField(p.pid(), "VmHWM:") }

// cpuSeconds is how much processor time a process has used, 0 where it cannot
// be told.
func cpuSeconds(pid string) float64 {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	// The name, in parentheses, may contain anything; then the state is the
	// third field, and the times in user and in kernel mode are the 14th and 15th.
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	const ticksPerSecond = 100
	user, _ := strconv.Atoi(fields[11])
	kernel, _ := strconv.Atoi(fields[12])
	return float64(user+kernel) / ticksPerSecond
}

// residentNow is how much memory a process occupies, in bytes.
func residentNow(pid string) int { return statusField(pid, "VmRSS:") }

// statusField reads a field in kB of a process, 0 where it cannot be told.
func statusField(pid, name string) int {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == name {
			kilobytes, _ := strconv.Atoi(fields[1])
			return kilobytes << 10
		}
	}
	return 0
}

func freeAddr(b *testing.B) string {
	b.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// machine says what the figures were measured on, and of which commit.
func machine() string {
	cpu := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				cpu = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
				break
			}
		}
	}
	commit := "unknown commit"
	if out, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		commit = strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%s/%s, %d cores that together do the work of %.1f, %s, %s, commit %s",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cores(), cpu, runtime.Version(), commit)
}

// cores is how many times the work of one core all of them do at once. Two
// hardware threads of one core count as two, and do much less.
func cores() float64 {
	work := func(threads int) float64 {
		var all sync.WaitGroup
		start := time.Now()
		for range threads {
			all.Go(func() {
				sum := sha256.Sum256(nil)
				for range 500_000 {
					sum = sha256.Sum256(sum[:])
				}
			})
		}
		all.Wait()
		return float64(threads) / time.Since(start).Seconds()
	}
	alone := work(1)
	return work(runtime.NumCPU()) / alone
}
