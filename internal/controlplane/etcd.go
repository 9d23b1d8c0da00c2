package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

// walSegmentBytes is the size of a file of etcd's write-ahead log, which is allocated in advance; etcd's
// own 64 MB suit a production disk.
const walSegmentBytes = 1 << 20

// etcdQuotaBytes bounds the database. It is also the size of its (mostly virtual) memory mapping.
const etcdQuotaBytes = 1 << 30

// A member that is alone waits one election timeout before it makes itself leader, so that short ticks
// make a quick start; there is nobody whose heartbeats could come late.
const (
	etcdTickMillis     = 20
	etcdElectionMillis = 100
)

// etcdSlow is when etcd complains that a request took long. Its own limits (0.1 s and 0.3 s) are for the disks
// of servers, and a busy laptop exceeds them without harm.
const etcdSlow = 5 * time.Second

// etcdGrace bounds the wait for etcd to close; it takes milliseconds once its one client has gone.
const etcdGrace = 2 * time.Second

// maxSocketPath is the longest path of a unix socket that all systems accept (macOS: 104 bytes with the
// terminating zero).
const maxSocketPath = 103

// database is a running etcd that serves on a unix socket and, in this process, by calls.
type database struct {
	etcd     *embed.Etcd
	endpoint string
	// socketDir is set when the socket needed a directory of its own.
	socketDir string
}

// startEtcd starts etcd with its data below dir and waits until it is ready.
func startEtcd(ctx context.Context, dir string, logs *logs) (*database, error) {
	wal.SegmentSizeBytes = walSegmentBytes
	db := &database{}
	socketPath := filepath.Join(dir, "etcd.sock")
	if len(socketPath) > maxSocketPath {
		short, err := os.MkdirTemp("", "etcd-")
		if err != nil {
			return nil, fmt.Errorf("creating a directory for etcd's socket: %w", err)
		}
		db.socketDir, socketPath = short, filepath.Join(short, "etcd.sock")
	}
	socket := url.URL{Scheme: "unix", Path: socketPath}
	db.endpoint = socket.String()

	etcd, err := embed.StartEtcd(etcdConfig(filepath.Join(dir, "etcd"), socket, logs))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting etcd: %w", err), db.removeSocketDir())
	}
	db.etcd = etcd
	select {
	case <-etcd.Server.ReadyNotify():
		return db, nil
	case <-etcd.Server.StopNotify():
		err = errors.New("it stopped at once")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(fmt.Errorf("starting etcd: %w", err), db.close())
}

func etcdConfig(dir string, socket url.URL, logs *logs) *embed.Config {
	cfg := embed.NewConfig()
	cfg.Name = "local"
	cfg.Dir = dir
	cfg.ListenClientUrls = []url.URL{socket}
	cfg.AdvertiseClientUrls = cfg.ListenClientUrls
	// A member must have a peer address to be identified by; with no listener nothing uses it.
	cfg.ListenPeerUrls = nil
	cfg.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: "localhost:1"}}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	cfg.TickMs = etcdTickMillis
	cfg.ElectionMs = etcdElectionMillis
	// Losing the last writes when the machine crashes is fine for what this control plane is for.
	cfg.UnsafeNoFsync = true
	cfg.QuotaBackendBytes = etcdQuotaBytes
	cfg.EnableGRPCGateway = false
	cfg.WarningApplyDuration = etcdSlow
	cfg.WarningUnaryRequestDuration = etcdSlow
	cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(logs.zap())
	return cfg
}

// stopped is closed when etcd has stopped, whoever made it.
func (d *database) stopped() <-chan struct{} { return d.etcd.Server.StopNotify() }

// close stops etcd. The API server should have left before.
func (d *database) close() error {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		d.etcd.Close()
	}()
	select {
	case <-closed:
		return d.removeSocketDir()
	case <-time.After(etcdGrace):
		return errors.Join(fmt.Errorf("etcd did not stop within %s", etcdGrace), d.removeSocketDir())
	}
}

func (d *database) removeSocketDir() error {
	if d.socketDir == "" {
		return nil
	}
	return os.RemoveAll(d.socketDir)
}
