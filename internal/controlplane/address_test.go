package controlplane

import (
	"net/netip"
	"strings"
	"testing"
)

func TestLoopback(t *testing.T) {
	cases := []struct {
		addr, want, wantErr, reason string
	}{
		{addr: "", want: DefaultAddr, reason: "the zero value of Options must work"},
		{addr: "127.0.0.1:0", want: "127.0.0.1:0", reason: "port 0 means any free port"},
		{addr: "localhost:7443", want: "127.0.0.1:7443", reason: "localhost is what people type"},
		{addr: "[::1]:6443", want: "[::1]:6443", reason: "IPv6 has a loopback address too"},
		{addr: "127.8.9.1:6443", want: "127.8.9.1:6443", reason: "all of 127.0.0.0/8 is loopback"},
		{addr: "0.0.0.0:6443", wantErr: "not a loopback address", reason: "all interfaces would publish the control plane"},
		{addr: ":6443", wantErr: "not a loopback address", reason: "an empty host means all interfaces to net.Listen"},
		{addr: "192.168.1.4:6443", wantErr: "not a loopback address", reason: "the address of a network card is reachable by others"},
		{addr: "example.com:6443", wantErr: "not a loopback address", reason: "a name can resolve to anything"},
		{addr: "6443", wantErr: "not host:port", reason: "a port alone is a common slip and the message must show the form"},
		{addr: "127.0.0.1:http", wantErr: "no port number", reason: "service names differ between machines"},
		{addr: "127.0.0.1:65536", wantErr: "no port number", reason: "ports end at 65535"},
	}
	for _, c := range cases {
		got, err := loopback(c.addr)
		if c.wantErr == "" && err != nil || c.wantErr != "" && (err == nil || !strings.Contains(err.Error(), c.wantErr)) {
			t.Errorf("loopback(%q): error %v, want %q: %s", c.addr, err, c.wantErr, c.reason)
			continue
		}
		if got != c.want {
			t.Errorf("loopback(%q) = %q, want %q: %s", c.addr, got, c.want, c.reason)
		}
	}
}

func FuzzLoopback(f *testing.F) {
	for _, addr := range []string{"", "127.0.0.1:0", "localhost:1", "[::1]:2", "0.0.0.0:3", "[::ffff:10.0.0.1]:4", "[fe80::1%eth0]:5", ":6", "x"} {
		f.Add(addr)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		got, err := loopback(addr)
		if err != nil {
			return
		}
		parsed, err := netip.ParseAddrPort(got)
		if err != nil {
			t.Fatalf("loopback(%q) = %q, which is not an address: %v", addr, got, err)
		}
		if !parsed.Addr().IsLoopback() {
			t.Fatalf("loopback(%q) = %q lets others in", addr, got)
		}
	})
}
