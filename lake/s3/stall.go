package s3

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// watched ends requests that make no progress: neither bytes of the request leave, nor
// an answer begins or goes on. A large object may take as long as it needs.
type watched struct {
	client aws.HTTPClient
	stall  time.Duration
}

// Do implements aws.HTTPClient.
func (w *watched) Do(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	d := &watchdog{stall: w.stall, cancel: cancel}
	d.timer = time.AfterFunc(w.stall, func() { cancel(errStalled) })
	r = r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &watchedBody{r.Body, ctx, d, false}
	}
	resp, err := w.client.Do(r)
	if err != nil {
		d.end()
		return nil, stalled(ctx, err)
	}
	d.timer.Reset(w.stall)
	resp.Body = &watchedBody{resp.Body, ctx, d, true}
	return resp, nil
}

// watchdog ends a request that it has not been told about for a while.
type watchdog struct {
	stall  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func (d *watchdog) end() {
	d.timer.Stop()
	d.cancel(nil)
}

// watchedBody tells a watchdog of bytes that pass.
type watchedBody struct {
	io.ReadCloser
	ctx    context.Context
	dog    *watchdog
	answer bool // its end is the request's
}

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.dog.timer.Reset(b.dog.stall)
	}
	if err != nil && err != io.EOF {
		err = stalled(b.ctx, err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	if b.answer {
		b.dog.end()
	}
	return err
}

// stalled names the cause of err when it was the watchdog.
func stalled(ctx context.Context, err error) error {
	if context.Cause(ctx) == errStalled {
		return errStalled
	}
	return err
}

var errStalled error = stalledError{}

// stalledError is a net.Error, which the SDK tries again.
type stalledError struct{}

func (stalledError) Error() string   { return "the service has fallen silent" }
func (stalledError) Timeout() bool   { return true }
func (stalledError) Temporary() bool { return true }
