package localcloud

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkLoopback asks for a scalable target over TCP, signed and on connections
// that are kept, as SDKs do. The clients send bytes that are made before and look
// at no more of the answers than they must, so that most of the time is the
// cloud's; but they share the machine with it, and so does the kernel.
func BenchmarkLoopback(b *testing.B) {
	for _, connections := range []int{1, 16} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) { benchmarkLoopback(b, connections) })
	}
}

func benchmarkLoopback(b *testing.B, connections int) {
	cloud := New(Options{Logger: slog.New(slog.DiscardHandler)})
	register := strings.NewReplacer("DescribeScalableTargets", "RegisterScalableTarget").Replace
	address := listening(b, cloud)
	client := dial(b, address)
	if status := client.ask(b, request(register, `{"ServiceNamespace":"ecs","ResourceId":"service/demo/web","ScalableDimension":"ecs:service:DesiredCount","MinCapacity":1,"MaxCapacity":9}`)); status != http.StatusOK {
		b.Fatalf("status %d", status)
	}
	same := func(text string) string { return text }
	describe := request(same, `{"ServiceNamespace":"ecs","ResourceIds":["service/demo/web"],"ScalableDimension":"ecs:service:DesiredCount"}`)
	clients := make([]*rawClient, connections)
	for i := range clients {
		clients[i] = dial(b, address)
	}
	b.ResetTimer()
	done := make(chan struct{})
	for i, c := range clients {
		go func() {
			defer func() { done <- struct{}{} }()
			for range (b.N + connections - 1 - i) / connections {
				if status := c.ask(b, describe); status != http.StatusOK {
					b.Errorf("status %d", status)
					return
				}
			}
		}()
	}
	for range clients {
		<-done
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// listening serves a cloud and returns its address.
func listening(b *testing.B, cloud *Cloud) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: cloud}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// request is what an SDK sends.
func request(edit func(string) string, body string) []byte {
	return []byte(edit(fmt.Sprintf("POST / HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nUser-Agent: aws-sdk-go-v2/1.47.8 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux md/GOARCH#amd64 api/applicationautoscaling#1.41.18\r\n"+
		"Content-Length: %d\r\nAmz-Sdk-Invocation-Id: 3c9a6d1e-6a0a-4dd1-9a3b-6f1d3a4b5c6d\r\nAmz-Sdk-Request: attempt=1; max=3\r\nContent-Type: application/x-amz-json-1.1\r\n"+
		"X-Amz-Date: 20260302T100000Z\r\nX-Amz-Target: AnyScaleFrontendService.DescribeScalableTargets\r\nAuthorization: AWS4-HMAC-SHA256 Credential=%s/20260302/%s/application-autoscaling/aws4_request, "+
		"SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n"+
		"Accept-Encoding: gzip\r\n\r\n%s", len(body), account, region, body)))
}

// rawClient is one connection.
type rawClient struct {
	connection net.Conn
	in         *bufio.Reader
}

func dial(b *testing.B, address string) *rawClient {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = connection.Close() })
	return &rawClient{connection, bufio.NewReader(connection)}
}

// ask sends a request, reads the answer and returns its status.
func (c *rawClient) ask(b *testing.B, request []byte) int {
	if _, err := c.connection.Write(request); err != nil {
		b.Error(err)
		return 0
	}
	status, length := 0, 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			b.Error(err)
			return 0
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0:
			if _, err := io.CopyN(io.Discard, c.in, int64(length)); err != nil {
				b.Error(err)
			}
			return status
		case status == 0:
			status, _ = strconv.Atoi(textproto.TrimString(string(line[9:12])))
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			length, _ = strconv.Atoi(string(line[16:]))
		}
	}
}
