package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientauthentication "k8s.io/client-go/pkg/apis/clientauthentication/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/setpoint-io/setpoint/internal/controlplane"
	"github.com/setpoint-io/setpoint/internal/lab"
)

// serverDir names the folder of the API server that this program is to be, and
// serverAddr its address. A process can run one API server only, and one that
// shall be killed needs a process of its own.
const (
	serverDir  = "SETPOINT_FAULTS_APISERVER_DIR"
	serverAddr = "SETPOINT_FAULTS_APISERVER_ADDR"
)

// serving is the line by which an API server tells that it is ready.
const serving = "serving"

// serveAPI is the API server, until standard input ends: so it goes with who
// started it, however that ends.
func serveAPI(dir string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	plane, err := controlplane.Start(context.Background(), controlplane.Options{Dir: dir, Addr: os.Getenv(serverAddr), Logger: log})
	if err != nil {
		return err
	}
	if err := writeCredential(dir, plane.RESTConfig().BearerToken); err != nil {
		return errors.Join(err, plane.Stop(context.Background()))
	}
	fmt.Println(serving)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case <-ended:
	case <-plane.Done():
	}
	return plane.Stop(context.Background())
}

// writeCredential writes the token of this start down for those who ask anew when
// theirs is refused, as clients of client-go do that have it from a command.
func writeCredential(dir, token string) error {
	text, err := json.Marshal(clientauthentication.ExecCredential{
		TypeMeta: metav1.TypeMeta{APIVersion: clientauthentication.SchemeGroupVersion.String(), Kind: "ExecCredential"},
		Status:   &clientauthentication.ExecCredentialStatus{Token: token},
	})
	if err != nil {
		return err
	}
	next := filepath.Join(dir, "credential.next")
	return errors.Join(os.WriteFile(next, text, 0o600), os.Rename(next, filepath.Join(dir, "credential")))
}

// server is an API server in a process of its own, at the same address and with
// the same data after each start.
type server struct {
	dir, addr  string
	kubeconfig string
	cmd        *exec.Cmd
	stdin      io.Closer
	log        *strings.Builder
	turn       sync.Mutex // to end it and start it again
}

// newServer starts an API server with our CRDs.
func newServer(dir string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &server{dir: dir, addr: addr, kubeconfig: filepath.Join(dir, "kubeconfig")}
	config := clientcmdapi.NewConfig()
	// Every start has another certificate, too. A cluster's would stay.
	config.Clusters["faults"] = &clientcmdapi.Cluster{Server: "https://" + addr, InsecureSkipTLSVerify: true}
	config.AuthInfos["faults"] = &clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
		APIVersion: clientauthentication.SchemeGroupVersion.String(), Command: "cat", Args: []string{filepath.Join(dir, "data", "credential")},
		InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
	}}
	config.Contexts["faults"] = &clientcmdapi.Context{Cluster: "faults", AuthInfo: "faults"}
	config.CurrentContext = "faults"
	if err := clientcmd.WriteToFile(*config, s.kubeconfig); err != nil {
		return nil, err
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	rest, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	if err := lab.InstallCRDs(context.Background(), rest); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	servers.mu.Lock()
	defer servers.mu.Unlock()
	servers.running = append(servers.running, s)
	return s, nil
}

// servers are those that end with this process.
var servers struct {
	mu      sync.Mutex
	running []*server
}

func endServers() (err error) {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	for _, s := range servers.running {
		err = errors.Join(err, s.stop())
	}
	return err
}

// start starts the API server and returns when it is ready.
func (s *server) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s.log = &strings.Builder{}
	s.cmd = exec.Command(self)
	s.cmd.Env = append(os.Environ(), serverDir+"="+filepath.Join(s.dir, "data"), serverAddr+"="+s.addr)
	s.cmd.Stderr = s.log
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); strings.TrimSpace(line) != serving {
		return errors.Join(errors.New("the API server does not start"), err, s.cmd.Wait(), errors.New(s.log.String()))
	}
	return nil
}

// kill ends it as a power cut does.
func (s *server) kill() error {
	err := s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it says that it was killed
	s.cmd = nil
	return err
}

// again ends it in one of the two ways and starts it. Somebody else may have taken
// its port meanwhile, for a moment.
func (s *server) again(end func() error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	ended, started := end(), s.start()
	for i := 0; i < 10 && started != nil; i++ {
		time.Sleep(time.Second)
		started = s.start()
	}
	return errors.Join(ended, started)
}

// stop ends it in order.
func (s *server) stop() error {
	if s.cmd == nil {
		return nil // a test that failed left it dead
	}
	err := errors.Join(s.stdin.Close(), s.cmd.Wait())
	s.cmd = nil
	if err != nil {
		return fmt.Errorf("the API server ended with %w: %s", err, s.log.String())
	}
	return nil
}

func freeAddr() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// controllerProgram builds the controller, once. It has no race detector: the
// tests look at what the program does from outside.
var controllerProgram = sync.OnceValues(func() (string, error) {
	program := filepath.Join(scratch, "setpoint-controller")
	build := exec.Command("go", "build", "-o", program, "github.com/setpoint-io/setpoint/cmd/setpoint-controller")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS="+strings.ReplaceAll(os.Getenv("GOFLAGS"), "-race", ""))
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the controller: %w: %s", err, out)
	}
	return program, nil
})

// sharedServer is the API server of all tests that do not restart theirs. It
// ends with this process.
var sharedServer = sync.OnceValues(func() (*server, error) { return newServer(filepath.Join(scratch, "shared")) })
