package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// cloudClient are the flags of the verbs that ask a running local AWS, and how
// they ask it.
type cloudClient struct {
	host
	endpoint string
	format   format
}

func newCloudClient(h host) *cloudClient {
	return &cloudClient{host: h, format: newFormat("table", "json")}
}

func (c *cloudClient) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.endpoint, "endpoint", "", "URL of the local AWS (default: AWS_ENDPOINT_URL, or http://"+defaultCloud+")")
	_ = cmd.RegisterFlagCompletionFunc("endpoint", cobra.NoFileCompletions) // the error is about a flag of another name
	c.format.bind(cmd)
}

// url is where the local AWS is.
func (c *cloudClient) url() string {
	return strings.TrimRight(cmp.Or(c.endpoint, os.Getenv("AWS_ENDPOINT_URL"), "http://"+defaultCloud), "/")
}

// call asks the admin API and returns its answer.
func (c *cloudClient) call(ctx context.Context, method, path string, query url.Values, body any) ([]byte, error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(text)
	}
	target := c.url() + "/_setpoint/" + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, target, in)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL of a local AWS; write one such as http://%s", c.url(), defaultCloud)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, c.unreachable(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("the answer of %s broke off: %w", c.url(), err)
	}
	return text, c.refused(response.StatusCode, text)
}

// unreachable says what to do when nobody answers.
func (c *cloudClient) unreachable(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // what was asked is nothing to people
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("no local AWS answers at %s; start one with setpoint cloud, or say with --endpoint where it is", c.url())
	}
	return fmt.Errorf("the local AWS at %s cannot be asked: %w", c.url(), err)
}

// refused returns the error that an answer is, if it is one.
func (c *cloudClient) refused(status int, text []byte) error {
	if status == http.StatusOK && json.Valid(text) {
		return nil
	}
	var answer admin.Error
	if status >= 400 && json.Unmarshal(text, &answer) == nil && answer.Text != "" {
		return &answer
	}
	return fmt.Errorf("what answers at %s (with status %d) is no local AWS of setpoint; say with --endpoint where that is", c.url(), status)
}

// show asks, and prints the answer as JSON or as the table that draw makes of it.
func show[T any](ctx context.Context, c *cloudClient, method, path string, query url.Values, body any, draw func(*table, T)) error {
	text, err := c.call(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	if c.format.value == "json" {
		_, err := c.out.Write(text)
		return err
	}
	var answer T
	if err := json.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf("the answer of %s cannot be read: %w", c.url(), err)
	}
	t := &table{w: tabwriter.NewWriter(c.out, 0, 0, 3, ' ', 0)}
	draw(t, answer)
	return t.flush()
}

// table prints columns. Lines that are no rows end a table.
type table struct {
	w   *tabwriter.Writer
	any bool // was printed
	err error
}

func (t *table) row(cells ...any) {
	for i, cell := range cells {
		if i > 0 {
			t.printf("\t")
		}
		t.printf("%v", cell)
	}
	t.printf("\n")
}

// head begins a table, apart from what is above it.
func (t *table) head(names ...any) {
	if t.any {
		t.line("")
	}
	t.row(names...)
}

// line prints text without columns.
func (t *table) line(format string, args ...any) {
	if err := t.flush(); err == nil {
		t.printf(format+"\n", args...)
		_ = t.flush() // it is remembered
	}
}

func (t *table) printf(format string, args ...any) {
	t.any = true
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format, args...)
	}
}

func (t *table) flush() error {
	if t.err == nil {
		t.err = t.w.Flush()
	}
	return t.err
}

// clockTime is a time for people.
func clockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// orDash is a dash for what is empty.
func orDash(text string) string { return cmp.Or(text, "-") }

// place are the flags that say in which account and Region something is, and
// what it is where its resource ID does not tell.
type place struct{ account, region, namespace, dimension string }

func (p *place) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.account, "account", "", "account (default: that of the local AWS)")
	f.StringVar(&p.region, "region", "", "Region (default: that of the local AWS)")
	f.StringVar(&p.namespace, "service-namespace", "", "service namespace, where the resource ID does not tell it")
	f.StringVar(&p.dimension, "scalable-dimension", "", "scalable dimension, where the resource ID does not tell it")
	for _, name := range []string{"account", "region", "service-namespace", "scalable-dimension"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions) // the error is about a flag of another name
	}
}

func (p *place) home() admin.Home { return admin.Home{Account: p.account, Region: p.region} }

func (p *place) key(resourceID string) admin.Key {
	return admin.Key{ServiceNamespace: p.namespace, ResourceID: resourceID, ScalableDimension: p.dimension}
}

// query selects what is meant.
func (p *place) query(resourceID string) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"account": p.account, "region": p.region, "serviceNamespace": p.namespace, "scalableDimension": p.dimension, "resourceId": resourceID,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// first is the first argument, if there is one.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
