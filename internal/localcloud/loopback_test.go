package localcloud

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"
)

// minRequests is how many simple requests a second the cloud has to answer.
const minRequests = 15_000

// BenchmarkLoopback asks for one of ten thousand scalable targets over TCP, signed
// and on connections that are kept, as SDKs do. The clients send bytes that are
// made before and look at no more of the answers than they must, so that most of
// the time is the cloud's; but they share the machine with it, and so does the
// kernel.
func BenchmarkLoopback(b *testing.B) {
	const targets, asked = 10_000, 500
	cloud := fleet(b, targets)
	cloud.Advance(time.Hour) // so that there are activities and changes of alarms
	address := listening(b, cloud)
	ids, arns, alarms := known(b, cloud)
	for _, operation := range []struct {
		name string
		body func(i int) string
	}{
		{scalingTarget + "DescribeScalableTargets", func(i int) string {
			return fmt.Sprintf(`{"ServiceNamespace":"sagemaker","ResourceIds":[%q],"ScalableDimension":"sagemaker:variant:DesiredInstanceCount"}`, ids[i])
		}},
		{scalingTarget + "DescribeScalingPolicies", func(i int) string {
			return fmt.Sprintf(`{"ServiceNamespace":"sagemaker","ResourceId":%q,"ScalableDimension":"sagemaker:variant:DesiredInstanceCount"}`, ids[i])
		}},
		{scalingTarget + "DescribeScalingActivities", func(i int) string {
			return fmt.Sprintf(`{"ServiceNamespace":"sagemaker","ResourceId":%q,"ScalableDimension":"sagemaker:variant:DesiredInstanceCount"}`, ids[i])
		}},
		{scalingTarget + "ListTagsForResource", func(i int) string { return fmt.Sprintf(`{"ResourceARN":%q}`, arns[i]) }},
		{alarmTarget + "DescribeAlarms", func(i int) string { return fmt.Sprintf(`{"AlarmNames":[%q]}`, alarms[i]) }},
		{alarmTarget + "DescribeAlarmHistory", func(i int) string { return fmt.Sprintf(`{"AlarmName":%q}`, alarms[i]) }},
	} {
		requests := make([][]byte, asked)
		for i := range requests {
			requests[i] = request(operation.name, operation.body(i*len(ids)/asked))
		}
		for _, connections := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/connections=%d", operation.name[strings.Index(operation.name, ".")+1:], connections), func(b *testing.B) {
				benchmarkLoopback(b, address, requests, connections)
			})
		}
	}
}

// known are the resource IDs and ARNs of all targets, and an alarm of each.
func known(b *testing.B, cloud *Cloud) (ids, arns, alarms []string) {
	b.Helper()
	cloud.View(func(v View) {
		for _, t := range v.Targets(here) {
			ids, arns = append(ids, t.ResourceID), append(arns, t.ARN)
		}
		for i, a := range v.Alarms(here) {
			if i%2 == 0 {
				alarms = append(alarms, a.AlarmName)
			}
		}
	})
	if len(ids) == 0 || len(alarms) != len(ids) {
		b.Fatalf("%d targets have %d alarms", len(ids), len(alarms))
	}
	return ids, arns, alarms
}

func benchmarkLoopback(b *testing.B, address string, requests [][]byte, connections int) {
	clients := make([]*rawClient, connections)
	for i := range clients {
		clients[i] = dial(b, address)
	}
	used := processors()
	b.ResetTimer()
	done := make(chan struct{})
	for i, c := range clients {
		go func() {
			defer func() { done <- struct{}{} }()
			for k := range (b.N + connections - 1 - i) / connections {
				if status := c.ask(b, requests[(k*connections+i)%len(requests)]); status != http.StatusOK {
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
	b.ReportMetric(minRequests, "req/s-limit")
	b.ReportMetric(float64((processors()-used).Microseconds())/float64(b.N), "cpu-us/req")
}

// BenchmarkWalk reads all policies of ten thousand targets, page by page.
func BenchmarkWalk(b *testing.B) {
	cloud := fleet(b, 10_000)
	used := processors()
	for b.Loop() {
		token, n := "", 0
		for {
			r := jsonRequest(account, "", `{"ServiceNamespace":"sagemaker"`+token+`}`)
			r.Header.Set("X-Amz-Target", scalingTarget+"DescribeScalingPolicies")
			_, body := serve(cloud, r)
			n += strings.Count(body, `"PolicyARN"`)
			_, after, more := strings.Cut(body, `"NextToken":`)
			if !more {
				break
			}
			token = `,"NextToken":` + after[:strings.LastIndex(after, `"`)+1]
		}
		if n != 10_000 {
			b.Fatalf("%d policies", n)
		}
	}
	b.ReportMetric((processors()-used).Seconds()/float64(b.N), "cpu-s/walk")
}

// The services in X-Amz-Target.
const (
	scalingTarget = "AnyScaleFrontendService."
	alarmTarget   = "GraniteServiceVersion20100801."
)

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
func request(target, body string) []byte {
	return fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nUser-Agent: aws-sdk-go-v2/1.47.8 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux md/GOARCH#amd64 api/applicationautoscaling#1.41.18\r\n"+
		"Content-Length: %d\r\nAmz-Sdk-Invocation-Id: 3c9a6d1e-6a0a-4dd1-9a3b-6f1d3a4b5c6d\r\nAmz-Sdk-Request: attempt=1; max=3\r\nContent-Type: application/x-amz-json-1.1\r\n"+
		"X-Amz-Date: 20260302T100000Z\r\nX-Amz-Target: %s\r\nAuthorization: AWS4-HMAC-SHA256 Credential=%s/20260302/%s/application-autoscaling/aws4_request, "+
		"SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n"+
		"Accept-Encoding: gzip\r\n\r\n%s", len(body), target, account, region, body)
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
