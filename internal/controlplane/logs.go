package controlplane

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/go-logr/logr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"k8s.io/klog/v2"
)

// expected are the beginnings of warnings and errors of a normal run.
var expected = []string{
	// etcd: the socket has one client, and etcd's own users are not in use.
	"Running http and grpc server on single port.",
	"simple token is not cryptographically signed",
	// etcd: a member that becomes leader at once asks before the first entry is on disk, and again later.
	"Failed to detect schema version",
	"failed to update storage version",
	// API server: the beta versions of its APIs, which are off as in every cluster.
	"Skipping API ",
	// API server: a client has an outdated kubeconfig. The client is told.
	"Unable to authenticate the request",
}

// logs directs the process-wide logs of the libraries to one slog logger and turns their last words
// (klog.Fatal, zap.Fatal) into an error of this control plane instead of the end of the process.
type logs struct {
	handler  slog.Handler
	stopping atomic.Bool
	lastLine atomic.Pointer[string]
	fatal    chan error
}

func newLogs(logger *slog.Logger) *logs {
	handler := slog.DiscardHandler
	if logger != nil {
		handler = logger.Handler()
	}
	return &logs{handler: handler, fatal: make(chan error, 1)}
}

// install takes over klog. It must happen before the libraries run, klog's setters do not lock.
func (l *logs) install() {
	handler := &libraryHandler{logs: l, next: l.handler.WithAttrs([]slog.Attr{slog.String("component", "kubernetes")})}
	klog.SetLoggerWithOptions(logr.FromSlogHandler(handler),
		klog.ContextualLogger(true),
		klog.WriteKlogBuffer(func(line []byte) { l.klogLine(slog.New(handler), line) }))
	klog.OsExit = func(int) {
		message := "no reason given"
		if last := l.lastLine.Load(); last != nil {
			message = *last
		}
		l.die(errors.New(message))
	}
}

// die reports the failure and ends the goroutine, because its caller does not expect to go on.
func (l *logs) die(err error) {
	select {
	case l.fatal <- err:
	default: // the first failure is the cause
	}
	runtime.Goexit()
}

// guard runs do, which may be ended by a fatal error of a library, on a goroutine of its own, so that the
// caller's survives.
func guard[T any](l *logs, do func() (T, error)) (T, error) {
	var result T
	returned := make(chan error, 1)
	go func() {
		var err error
		result, err = do()
		returned <- err
	}()
	select {
	case err := <-returned:
		return result, err
	case err := <-l.fatal:
		var none T
		return none, err
	}
}

// klogLine logs one line of klog's unstructured functions. Their severity is only in the header,
// "W0102 15:04:05.678901    1234 file.go:56] message".
func (l *logs) klogLine(logger *slog.Logger, line []byte) {
	if len(line) == 0 {
		return
	}
	level := slog.LevelInfo
	switch line[0] {
	case 'W':
		level = slog.LevelWarn
	case 'E', 'F':
		level = slog.LevelError
	}
	_, message, found := bytes.Cut(line, []byte("] "))
	if !found {
		message = line
	}
	text := strings.TrimSpace(string(message))
	if line[0] == 'F' {
		l.lastLine.Store(&text)
	}
	logger.Log(context.Background(), level, text)
}

// level is where a library's record is logged: what a library calls information is detail to our user,
// and so is every complaint while the parts are being taken down under each other.
func (l *logs) level(level slog.Level, message string) slog.Level {
	if level < slog.LevelWarn || l.stopping.Load() || isExpected(message) {
		return slog.LevelDebug
	}
	return level
}

func isExpected(message string) bool {
	return slices.ContainsFunc(expected, func(beginning string) bool { return strings.HasPrefix(message, beginning) })
}

// libraryHandler is a slog.Handler for records of the Kubernetes libraries.
type libraryHandler struct {
	logs *logs
	next slog.Handler
}

// Enabled drops the verbose levels (klog's V), which would cost time even when nobody reads them.
func (h *libraryHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo && h.next.Enabled(ctx, h.logs.level(level, ""))
}

func (h *libraryHandler) Handle(ctx context.Context, record slog.Record) error {
	record.Level = h.logs.level(record.Level, record.Message)
	if !h.next.Enabled(ctx, record.Level) {
		return nil
	}
	return h.next.Handle(ctx, record)
}

func (h *libraryHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &libraryHandler{logs: h.logs, next: h.next.WithAttrs(attrs)}
}

func (h *libraryHandler) WithGroup(name string) slog.Handler {
	return &libraryHandler{logs: h.logs, next: h.next.WithGroup(name)}
}

// zap returns the logger for etcd.
func (l *logs) zap() *zap.Logger {
	core := &slogCore{logs: l, next: l.handler.WithAttrs([]slog.Attr{slog.String("component", "etcd")})}
	return zap.New(core, zap.WithFatalHook(lastWords{l}), zap.WithPanicHook(lastWords{l}))
}

// lastWords is called by zap after a record at level fatal or panic.
type lastWords struct{ logs *logs }

// OnWrite implements zapcore.CheckWriteHook.
func (w lastWords) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	err := errors.New(entry.Message)
	for _, field := range fields {
		if cause, ok := field.Interface.(error); ok {
			err = errors.Join(err, cause)
		}
	}
	w.logs.die(err)
}

// slogCore is a zapcore.Core that writes to a slog.Handler.
type slogCore struct {
	logs *logs
	next slog.Handler
}

func slogLevel(level zapcore.Level) slog.Level {
	switch {
	case level >= zapcore.ErrorLevel:
		return slog.LevelError
	case level == zapcore.WarnLevel:
		return slog.LevelWarn
	case level == zapcore.InfoLevel:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// Enabled implements zapcore.LevelEnabler.
func (c *slogCore) Enabled(level zapcore.Level) bool {
	return level >= zapcore.InfoLevel && c.next.Enabled(context.Background(), c.logs.level(slogLevel(level), ""))
}

// With implements zapcore.Core.
func (c *slogCore) With(fields []zapcore.Field) zapcore.Core {
	return &slogCore{logs: c.logs, next: c.next.WithAttrs(attrs(fields))}
}

// Check implements zapcore.Core.
func (c *slogCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core.
func (c *slogCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	level := c.logs.level(slogLevel(entry.Level), entry.Message)
	if !c.next.Enabled(context.Background(), level) {
		return nil
	}
	record := slog.NewRecord(entry.Time, level, entry.Message, entry.Caller.PC)
	record.AddAttrs(attrs(fields)...)
	return c.next.Handle(context.Background(), record)
}

// Sync implements zapcore.Core: slog does not buffer.
func (c *slogCore) Sync() error { return nil }

func attrs(fields []zapcore.Field) []slog.Attr {
	encoder := zapcore.NewMapObjectEncoder()
	out := make([]slog.Attr, 0, len(fields))
	for _, field := range fields {
		field.AddTo(encoder)
		out = append(out, slog.Any(field.Key, encoder.Fields[field.Key]))
	}
	return out
}
