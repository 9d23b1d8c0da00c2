package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// listen opens a loopback address: the lab has no passwords worth the name.
func listen(ctx context.Context, what, flag, addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("%s %q: write host:port, such as 127.0.0.1:0 for any free port", flag, addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s %q: the lab listens on loopback only; write 127.0.0.1 as the host", flag, addr)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s cannot listen on %s (%w): stop what uses the port, or choose another, such as %s 127.0.0.1:0 for any that is free", what, addr, err, flag)
	}
	return listener, nil
}

// serve answers at a listener until the lab stops.
func (l *Lab) serve(listener net.Listener, handler http.Handler, logger *slog.Logger) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	l.web = append(l.web, server)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("the server stopped", "address", listener.Addr().String(), "error", err)
		}
	}()
}
