package fleet

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Firehose delivers records to an HTTP endpoint as Amazon Data Firehose does.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
//
// It is safe for concurrent use. Set its fields before the first Post.
type Firehose struct {
	URL              string
	AccessKey        string
	SourceARN        string            // empty: a stream of the company's
	CommonAttributes map[string]string // nil: no such header
	Gzip             bool              // Content-Encoding: gzip
	Seed             uint64            // of request ids and back-off; streams that share an endpoint need different ones

	Client         *http.Client  // nil: http.DefaultClient
	Clock          Clock         // nil: the real one
	Log            *slog.Logger  // nil: silent
	AttemptTimeout time.Duration // 0: 3 minutes, as AWS gives an endpoint
	RetryFor       time.Duration // 0: 300 seconds, AWS's default; then the records are given up
	FirstBackoff   time.Duration // 0: 1 second; doubled up to 2 minutes, each time with jitter

	mu sync.Mutex
	r  *random
}

// ErrRefused is the answer 413: Firehose does not try again.
var ErrRefused = errors.New("endpoint says the request is too large")

// ErrGaveUp is returned when the retry duration has passed.
var ErrGaveUp = errors.New("gave up after retrying")

// Request is the body of a delivery.
type Request struct {
	RequestID string   `json:"requestId"`
	Timestamp int64    `json:"timestamp"` // Unix milliseconds
	Records   []Record `json:"records"`
}

// Record is one record of a delivery; JSON writes its data in base64.
type Record struct {
	Data []byte `json:"data"`
}

// answer is what the endpoint must say.
type answer struct {
	RequestID    string `json:"requestId"`
	Timestamp    int64  `json:"timestamp"`
	ErrorMessage string `json:"errorMessage"`
}

// Post delivers records as one request, and again with the same request id until it is
// acknowledged.
func (h *Firehose) Post(ctx context.Context, records [][]byte) error {
	clock := h.clock()
	id := h.requestID()
	body, err := h.body(id, clock.Now(), records)
	if err != nil {
		return err
	}
	retryFor := or(h.RetryFor, 300*time.Second)
	wait := or(h.FirstBackoff, time.Second)
	for begin := clock.Now(); ; wait = min(2*wait, 2*time.Minute) {
		err := h.attempt(ctx, id, body)
		if err == nil || errors.Is(err, ErrRefused) || ctx.Err() != nil {
			return err
		}
		if h.Log != nil {
			h.Log.Debug("delivery failed, will try again", "request_id", id, "error", err)
		}
		pause := wait/2 + time.Duration(h.jitter(uint64(wait)))
		if clock.Now().Sub(begin)+pause > retryFor {
			return fmt.Errorf("%w for %s: %w", ErrGaveUp, retryFor, err)
		}
		if err := clock.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// attempt sends body once. Whatever is not an exact acknowledgement is a failure.
func (h *Firehose) attempt(ctx context.Context, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, or(h.AttemptTimeout, 3*time.Minute))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	h.setHeader(req.Header, id)
	client := h.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // AWS reads no more than 1 MiB
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusRequestEntityTooLarge {
		return fmt.Errorf("%w: %s", ErrRefused, text)
	}
	var a answer
	bad := json.Unmarshal(text, &a)
	switch {
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("endpoint answers %d: %s", resp.StatusCode, text)
	case bad != nil:
		return fmt.Errorf("endpoint's answer is not JSON: %w", bad)
	case a.RequestID != id || a.Timestamp == 0:
		return fmt.Errorf("endpoint's answer is for request %q at %d", a.RequestID, a.Timestamp)
	case resp.Header.Get("Content-Encoding") != "":
		return errors.New("endpoint's answer is compressed")
	}
	return nil
}

func (h *Firehose) setHeader(header http.Header, id string) {
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "Amazon Kinesis Data Firehose Agent/1.0")
	header.Set("X-Amz-Firehose-Protocol-Version", "1.0")
	header.Set("X-Amz-Firehose-Request-Id", id)
	header.Set("X-Amz-Firehose-Source-Arn", or(h.SourceARN, "arn:aws:firehose:eu-central-1:"+commercial.ID+":deliverystream/seamark"))
	if h.AccessKey != "" {
		header.Set("X-Amz-Firehose-Access-Key", h.AccessKey)
	}
	if h.Gzip {
		header.Set("Content-Encoding", "gzip")
	}
	if h.CommonAttributes != nil {
		text, err := json.Marshal(map[string]any{"commonAttributes": h.CommonAttributes})
		if err == nil {
			header.Set("X-Amz-Firehose-Common-Attributes", string(text))
		}
	}
}

// body writes the request's JSON. It is built by hand because records are large.
func (h *Firehose) body(id string, now time.Time, records [][]byte) ([]byte, error) {
	size := 100
	for _, r := range records {
		size += base64.StdEncoding.EncodedLen(len(r)) + 12
	}
	b := make([]byte, 0, size)
	b = append(append(b, `{"requestId":"`...), id...)
	b = strconv.AppendInt(append(b, `","timestamp":`...), now.UnixMilli(), 10)
	b = append(b, `,"records":[`...)
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = base64.StdEncoding.AppendEncode(append(b, `{"data":"`...), r)
		b = append(b, `"}`...)
	}
	b = append(b, "]}"...)
	if !h.Gzip {
		return b, nil
	}
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	if _, err := gz.Write(b); err != nil {
		return nil, err
	}
	if err := gz.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (h *Firehose) clock() Clock {
	if h.Clock == nil {
		return systemClock{}
	}
	return h.Clock
}

func (h *Firehose) requestID() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.r == nil {
		// Another run against the same endpoint must not repeat the ids of this one.
		h.r = newRandom(h.Seed, uint64(h.clock().Now().UnixNano()))
	}
	var id [36]byte
	h.r.uuid(id[:])
	return string(id[:])
}

func (h *Firehose) jitter(n uint64) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.r.Uint64N(n)
}

// or is v, or other when v is zero.
func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}
