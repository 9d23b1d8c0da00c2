package controlplane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
)

// stateDir is the directory of one control plane, locked against a second one.
type stateDir struct {
	path      string
	temporary bool
	lock      *fileutil.LockedFile
}

// openState creates and locks dir, or a temporary directory when dir is empty.
func openState(dir string) (*stateDir, error) {
	if dir == "" {
		path, err := os.MkdirTemp("", "controlplane-")
		if err != nil {
			return nil, fmt.Errorf("creating a temporary directory for the control plane: %w", err)
		}
		state := &stateDir{path: path, temporary: true}
		if err := state.acquire(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(path))
		}
		return state, nil
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the control plane's directory: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("creating the control plane's directory: %w", err)
	}
	// The directory may have existed with other permissions, and it will hold all Secrets in the clear.
	if err := os.Chmod(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the control plane's directory private: %w", err)
	}
	state := &stateDir{path: path}
	if err := state.acquire(); err != nil {
		return nil, err
	}
	return state, nil
}

func (s *stateDir) acquire() error {
	lock, err := fileutil.TryLockFile(filepath.Join(s.path, "lock"), os.O_CREATE|os.O_WRONLY, 0o600)
	if errors.Is(err, fileutil.ErrLocked) {
		return fmt.Errorf("%s is in use by another control plane: stop that one, or choose another directory", s.path)
	}
	if err != nil {
		return fmt.Errorf("locking the control plane's directory: %w", err)
	}
	s.lock = lock
	return nil
}

// close releases the directory and deletes it when it is temporary.
func (s *stateDir) close() error {
	err := s.lock.Close()
	if s.temporary {
		err = errors.Join(err, os.RemoveAll(s.path))
	}
	return err
}
