package console

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// guard lets only those in who mean this console. It has no passwords: it is safe
// because it listens on loopback. But any page that a browser shows could send
// requests to loopback, and with a name of its own that leads to loopback (DNS
// rebinding) also read the answers. So the Host has to be a name of loopback, or one
// of those given, and what changes something has to come from the console's own page
// or from a program that is no browser.
func guard(hosts []string, next http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPolicy(w.Header())
		if !allowedHost(r.Host, hosts) {
			http.Error(w, fmt.Sprintf("The console does not answer to the name %q; use http://127.0.0.1 with its port, or start the lab with --console-host and the name.", r.Host), http.StatusMisdirectedRequest)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// setPolicy keeps the page to itself: nothing is loaded from elsewhere, nothing in
// it is run that is not a file of the console, and no other page shows it in a frame.
func setPolicy(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// allowedHost says whether a Host header names loopback or one of the given hosts.
func allowedHost(header string, hosts []string) bool {
	host := header
	if name, _, err := net.SplitHostPort(header); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return true
	}
	return host == "localhost" || slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) })
}
