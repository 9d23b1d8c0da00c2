package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// listenLoopback opens the API server's port. The administrator's token gives full power over the
// control plane, so that it never leaves the machine.
func listenLoopback(ctx context.Context, addr string) (net.Listener, error) {
	addr, err := loopback(addr)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is already in use: stop the program that holds it, or choose another address (port 0 takes any free port)", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return listener, nil
}

// loopback returns addr, or DefaultAddr when it is empty, with the host as an IP address.
func loopback(addr string) (string, error) {
	if addr == "" {
		addr = DefaultAddr
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("address %q is not host:port, write for example %q: %w", addr, DefaultAddr, err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("address %q has no port number from 0 to 65535, write for example %q", addr, DefaultAddr)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return "", fmt.Errorf("address %q is not a loopback address: the control plane serves this machine only, write for example %q",
			addr, net.JoinHostPort("127.0.0.1", port))
	}
	return net.JoinHostPort(host, port), nil
}
