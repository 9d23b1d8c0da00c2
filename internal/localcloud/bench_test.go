package localcloud

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkServe answers a page of one alarm without a network.
func BenchmarkServe(b *testing.B) {
	c := New(Options{})
	ask(c, "PutMetricAlarm", putBody("a"))
	for _, bm := range []struct{ name, operation, body string }{
		{"Describe", "DescribeAlarms", `{"AlarmNames":["a"]}`},
		{"Put", "PutMetricAlarm", putBody("a")},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if status, body := ask(c, bm.operation, bm.body); status != http.StatusOK {
						b.Error(body)
						return
					}
				}
			})
		})
	}
	b.Run("Query", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=a"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if status, body := serve(c, r); status != http.StatusOK {
				b.Fatal(body)
			}
		}
	})
}

// BenchmarkHTTP is the same over connections of real clients, which take part
// of the machine.
func BenchmarkHTTP(b *testing.B) {
	c := New(Options{})
	ask(c, "PutMetricAlarm", putBody("a"))
	server := httptest.NewServer(c)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			from := jsonRequest(account, "DescribeAlarms", `{"AlarmNames":["a"]}`)
			r, err := http.NewRequestWithContext(b.Context(), from.Method, server.URL, from.Body)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header = from.Header
			response, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body) // or the connection is not used again
			_ = response.Body.Close()
		}
	})
}
