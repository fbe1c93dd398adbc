package aws_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/collector/aws"
)

// stream is a body that net/http cannot look into, and that is closed under its hands.
type stream struct {
	io.Reader
	closed bool
}

func (s *stream) Read(p []byte) (int, error) {
	if s.closed {
		return 0, errors.New("read after close")
	}
	return s.Reader.Read(p)
}

func (s *stream) Close() error { s.closed = true; return nil }

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// TestWhole: whatever happens to the SDK's body, what is sent stays readable.
func TestWhole(t *testing.T) {
	body := &stream{Reader: strings.NewReader("Action=AssumeRole")}
	r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1/", body)
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 17
	_, _ = aws.Whole(doer(func(r *http.Request) (*http.Response, error) {
		_ = body.Close()
		b, err := io.ReadAll(r.Body)
		if string(b) != "Action=AssumeRole" || err != nil || r.ContentLength != 17 {
			t.Errorf("got %q, %v", b, err)
		}
		return nil, nil
	})).Do(r)
	broken := &stream{Reader: strings.NewReader(""), closed: true}
	if _, err := aws.Whole(doer(nil)).Do(&http.Request{Body: broken}); err == nil {
		t.Error("a body that cannot be read was sent")
	}
}
