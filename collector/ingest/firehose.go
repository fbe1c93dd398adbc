package ingest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
)

// FirehoseOptions configure the Firehose front door. Spool and AccessKey are required.
type FirehoseOptions struct {
	Spool       *Spool
	AccessKey   string           // what X-Amz-Firehose-Access-Key must hold
	Log         *slog.Logger     // nil: silent
	Now         func() time.Time // nil: time.Now
	BodyTimeout time.Duration    // for the whole body; 0: 3 minutes, after which Firehose has given up itself
	Patience    time.Duration    // before a body must bring 1 KiB a second; 0: 15 s
	MaxBodies   int              // read at the same time, at about 150 KiB each; 0: 64
	MaxWait     time.Duration    // for one's turn, then 503; 0: 20 s
}

// Firehose is the endpoint of Amazon Data Firehose's HTTP endpoint delivery, version 1.0.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
//
// It answers
//
//	200  the records are durable, now or from an earlier attempt
//	400  the body is not what the protocol says, or holds more than MaxBody; nothing is stored
//	401  wrong access key; the body is not read
//	405  not a POST
//	408  the body did not come in time, or too slowly
//	503  it cannot be stored now: the disk is full or broken, the process is ending, or too many
//	     requests wait
//
// and never 413, after which Firehose would drop the data.
type Firehose struct {
	o       FirehoseOptions
	key     [sha256.Size]byte
	turns   chan struct{}
	inflate sync.Pool // of *gzip.Reader
	readers sync.Pool // of *deliveryReader

	refusedMu sync.Mutex
	refused   map[int]refusals // by status
}

// NewFirehose returns the handler of POST /ingest/firehose.
func NewFirehose(o FirehoseOptions) (*Firehose, error) {
	if o.AccessKey == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the Firehose front door has no access key", Remedy: "configure one"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.BodyTimeout = or(o.BodyTimeout, 3*time.Minute)
	o.Patience = or(o.Patience, patience)
	o.MaxBodies = or(o.MaxBodies, 64)
	o.MaxWait = or(o.MaxWait, 20*time.Second)
	return &Firehose{o: o, key: sha256.Sum256([]byte(o.AccessKey)), turns: make(chan struct{}, o.MaxBodies), refused: map[int]refusals{}}, nil
}

// reply is what is said about one request.
type reply struct {
	status    int
	message   string
	members   int64
	duplicate bool
	err       error // why it could not be stored: for the log of the one who runs us, not for the client
}

// ServeHTTP implements http.Handler.
func (f *Firehose) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := f.o.Now()
	id := r.Header.Get("X-Amz-Firehose-Request-Id")
	body := &counter{in: r.Body}
	a := f.handle(w, r, id, body)
	took := f.o.Now().Sub(began)
	switch {
	case a.status == http.StatusOK:
		f.o.Log.Debug("request stored", "request_id", id, "bytes", a.members, "duplicate", a.duplicate, "took", took)
	default:
		if unsaid, say := f.sample(a.status, began); say && a.err != nil {
			f.o.Log.Error("cannot store a request", "error", a.err, "request_id", clip(id), "status", a.status, "not_logged", unsaid)
		} else if say {
			f.o.Log.Warn("request refused", "request_id", clip(id), "status", a.status, "reason", a.message, "remote", r.RemoteAddr, "not_logged", unsaid)
		}
	}
	if hook := f.o.Spool.o.Hooks.Request; hook != nil {
		hook(a.status, body.n, a.members, a.duplicate, took)
	}
	f.answer(w, id, a)
}

// sampleEvery is how often refusals with one status are logged: a stranger who asks a thousand
// times a second does not fill the disk.
const sampleEvery = time.Second

// refusals are those with one status.
type refusals struct {
	said   time.Time
	unsaid int // since then
}

// sample reports whether a refusal is to be logged, and how many were not since the last one.
func (f *Firehose) sample(status int, now time.Time) (unsaid int, say bool) {
	f.refusedMu.Lock()
	defer f.refusedMu.Unlock()
	r := f.refused[status]
	if since := now.Sub(r.said); since >= 0 && since < sampleEvery {
		r.unsaid++
		f.refused[status] = r
		return 0, false
	}
	f.refused[status] = refusals{said: now}
	return r.unsaid, true
}

// handle decides about a request. The body is not touched before the key is right.
func (f *Firehose) handle(w http.ResponseWriter, r *http.Request, id string, body *counter) reply {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return reply{status: http.StatusMethodNotAllowed, message: "use POST"}
	}
	key := sha256.Sum256([]byte(r.Header.Get("X-Amz-Firehose-Access-Key")))
	if subtle.ConstantTimeCompare(key[:], f.key[:]) != 1 {
		w.Header().Set("Connection", "close") // so that the server does not read the body either
		return reply{status: http.StatusUnauthorized, message: "wrong access key"}
	}
	if v := r.Header.Get("X-Amz-Firehose-Protocol-Version"); v != "" && v != "1.0" {
		return reply{status: http.StatusBadRequest, message: fmt.Sprintf("protocol version %.20q is not 1.0", v)}
	}
	if err := checkID(id); err != nil {
		return reply{status: http.StatusBadRequest, message: "X-Amz-Firehose-Request-Id: " + err.Error()}
	}
	if !f.takeTurn(r.Context()) {
		return reply{status: http.StatusServiceUnavailable, message: "too many requests at once, send it again"}
	}
	defer func() { <-f.turns }()
	body.in = newPaced(body.in, http.NewResponseController(w).SetReadDeadline, time.Now(), f.o.Patience, f.o.BodyTimeout)
	decoded, release, err := f.decode(r.Header.Get("Content-Encoding"), body)
	if err != nil {
		return f.refusal(err)
	}
	defer release()
	return f.store(id, decoded)
}

// takeTurn waits until one more body may be read; false when that takes too long.
func (f *Firehose) takeTurn(ctx context.Context) bool {
	select {
	case f.turns <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(f.o.MaxWait)
	defer timer.Stop()
	select {
	case f.turns <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// store reads the body into an intake and commits it.
func (f *Firehose) store(id string, body io.Reader) reply {
	in, err := f.o.Spool.Begin(id)
	if err != nil {
		return f.refusal(err)
	}
	defer in.Discard()
	reader, ok := f.readers.Get().(*deliveryReader)
	if !ok {
		reader = new(deliveryReader)
	}
	got, err := reader.read(body, &bounded{in, MaxBody})
	f.readers.Put(reader)
	if err != nil {
		return f.refusal(err)
	}
	if got.requestID != id {
		return reply{status: http.StatusBadRequest, message: "requestId in the body is not the one in the header"}
	}
	members := in.Size()
	duplicate, err := in.Commit()
	if err != nil {
		return f.refusal(errSink{err})
	}
	return reply{status: http.StatusOK, members: members, duplicate: duplicate}
}

// refusal chooses the status for err, by whose fault it is.
func (f *Firehose) refusal(err error) reply {
	var sink errSink
	var fault *seamark.Fault
	switch {
	case errors.Is(err, errTooLarge):
		return reply{status: http.StatusBadRequest, message: err.Error()}
	case errors.As(err, &sink), errors.As(err, &fault) && fault.Class != seamark.Rejected:
		return reply{status: http.StatusServiceUnavailable, message: "cannot be stored now, send it again", err: err}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return reply{status: http.StatusRequestTimeout, message: "body did not come in time"}
	default:
		return reply{status: http.StatusBadRequest, message: "not a Firehose delivery: " + err.Error()}
	}
}

// decode undoes the content encoding.
func (f *Firehose) decode(encoding string, body *counter) (r io.Reader, release func(), err error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return body, func() {}, nil
	case "gzip", "x-gzip":
	default:
		return nil, nil, fmt.Errorf("content encoding %.20q is neither gzip nor absent", encoding)
	}
	in := bufio.NewReader(body) // klauspost's reader would make one anyway
	gz, ok := f.inflate.Get().(*gzip.Reader)
	if !ok {
		gz = new(gzip.Reader)
	}
	if err := gz.Reset(in); err != nil {
		return nil, nil, err
	}
	return &deflated{gz: gz, in: body}, func() { f.inflate.Put(gz) }, nil
}

// A body that inflates more than maxRatio to one, beyond the first bombFree bytes, is a bomb:
// base64 of anything compressed comes to less than 2, of the plainest log text to less than 100.
const (
	maxRatio = 200
	bombFree = 64 << 20
)

// deflated reads an inflated body and bounds what comes out by what came in.
type deflated struct {
	gz  *gzip.Reader
	in  *counter
	out int64
}

func (d *deflated) Read(b []byte) (int, error) {
	n, err := d.gz.Read(b)
	d.out += int64(n)
	if d.out > bombFree && d.out > maxRatio*d.in.n {
		return 0, fmt.Errorf("body inflates more than %d to 1", maxRatio)
	}
	return n, err
}

// counter counts the bytes of a body.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.n += int64(n)
	return n, err
}

// answer writes the response that the protocol prescribes: JSON, never compressed, with a length.
func (f *Firehose) answer(w http.ResponseWriter, id string, a reply) {
	text, err := json.Marshal(struct {
		RequestID    string `json:"requestId"`
		Timestamp    int64  `json:"timestamp"` // Unix milliseconds
		ErrorMessage string `json:"errorMessage,omitempty"`
	}{clip(id), f.o.Now().UnixMilli(), clip(a.message)})
	if err != nil {
		f.o.Log.Error("cannot write an answer", "error", err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	h.Set("X-Content-Type-Options", "nosniff")
	if a.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(text) // a client that is gone sends the request again
}

// clip bounds what a stranger can have repeated to himself or to the log.
func clip(s string) string {
	if len(s) > maxID {
		s = s[:maxID] + "…"
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
