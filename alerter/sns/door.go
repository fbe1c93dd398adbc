package sns

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

const (
	maxBody   = 1 << 20 // bytes; SNS sends 256 KiB at most
	maxAge    = time.Hour
	maxAhead  = 15 * time.Minute // of a clock that is ahead of ours
	maxSeen   = 100_000
	waitBound = 20 * time.Second // SNS gives up after 15 s
)

// Options are what a door is made of. Take is required.
type Options struct {
	// Topics are the ARNs that may deliver; * stands for any region. Accounts are never
	// left open: whoever has a topic of the same name could sign for it.
	Topics []string
	// Take takes one verified message in: the SNS envelope, of nothing but what was signed.
	// When it returns nil the alarm is durable.
	Take func(ctx context.Context, envelope []byte) error
	// Client speaks to one host of SNS for a certificate or a confirmation.
	Client func(host string) *http.Client
	Log    *slog.Logger     // nil: silent
	Now    func() time.Time // nil: time.Now
}

// Door is the handler of POST /ingest/sns. It answers
//
//	200  the alarm is durable, or was delivered before; the subscription is confirmed
//	400  not a message of SNS, or not an alarm: SNS does not try again
//	403  forged, too old, or of a topic that is not configured
//	405  not a POST
//	413  longer than any message of SNS
//	503  it cannot be stored or verified now: SNS tries again
type Door struct {
	o     Options
	certs *certificates

	mu   sync.Mutex
	seen map[string]time.Time // MessageId -> Timestamp
}

// New returns the door.
func New(o Options) *Door {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Door{o: o, seen: map[string]time.Time{}, certs: &certificates{
		client: o.Client, now: o.Now, turns: make(chan struct{}, 4), kept: map[string]keptCertificate{},
	}}
}

// ServeHTTP takes one message in.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		d.answer(w, http.StatusMethodNotAllowed, refused("SNS posts here", "subscribe this address to a topic, protocol HTTPS"))
		return
	}
	if strings.EqualFold(r.Header.Get("X-Amz-Sns-Rawdelivery"), "true") {
		d.answer(w, http.StatusBadRequest, refused("raw message delivery carries no signature", "switch raw message delivery off for this subscription"))
		return
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		code := http.StatusBadRequest
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			code = http.StatusRequestEntityTooLarge
		}
		d.answer(w, code, refused("the body is too long, or did not come whole", "let SNS itself deliver here"))
		return
	}
	m, err := readMessage(b)
	if err != nil {
		d.answer(w, http.StatusBadRequest, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), waitBound)
	defer cancel()
	code, err := d.take(ctx, m)
	d.answer(w, code, err)
}

// take verifies and takes in one message.
func (d *Door) take(ctx context.Context, m *message) (int, error) {
	now := d.o.Now()
	if !d.allowed(m) {
		return http.StatusForbidden, refused("the topic is not configured", "add its ARN to sns.topics in seamark.yml")
	}
	if age := now.Sub(m.at); age > maxAge || age < -maxAhead {
		return http.StatusForbidden, refused("the message is of "+m.timestamp+": too old, or to come", "compare this machine's clock; what was missed, DescribeAlarms finds")
	}
	cert, err := d.certs.of(ctx, m)
	if err == nil {
		err = m.verify(cert, now)
	}
	if err != nil {
		return codeOf(err), err
	}
	switch m.kind {
	case typeSubscription:
		return d.confirm(ctx, m)
	case typeUnsubscription:
		d.o.Log.Warn("sns_unsubscribed", "topic", m.topic, "remedy", "subscribe this address again, if that was not meant")
		return http.StatusOK, nil
	}
	if d.known(m.id) {
		return http.StatusOK, nil
	}
	if err := d.o.Take(ctx, m.envelope()); err != nil {
		if seamark.ClassOf(err) == seamark.Rejected {
			return http.StatusBadRequest, err
		}
		return http.StatusServiceUnavailable, err
	}
	d.remember(m, now)
	return http.StatusOK, nil
}

func codeOf(err error) int {
	if seamark.ClassOf(err) == seamark.Temporary {
		return http.StatusServiceUnavailable
	}
	return http.StatusForbidden
}

// allowed reports whether the message's topic is configured.
func (d *Door) allowed(m *message) bool {
	for _, t := range d.o.Topics {
		if t == m.topic {
			return true
		}
		p := strings.SplitN(t, ":", 6)
		q := strings.SplitN(m.topic, ":", 6)
		if len(p) == 6 && len(q) == 6 && p[3] == "*" {
			p[3] = q[3]
			if strings.Join(p, ":") == m.topic {
				return true
			}
		}
	}
	return false
}

// confirm confirms a subscription of a configured topic.
func (d *Door) confirm(ctx context.Context, m *message) (int, error) {
	u, err := m.confirmAt()
	if err != nil {
		return http.StatusForbidden, err
	}
	_, status, err := get(ctx, d.o.Client(m.host()), u.String(), maxCertificate)
	if err != nil || status != http.StatusOK {
		return http.StatusServiceUnavailable, &seamark.Fault{Class: seamark.Temporary, What: "the subscription could not be confirmed", Where: m.topic, Err: err, Remedy: "let this machine reach " + m.host() + " by HTTPS, and subscribe again"}
	}
	d.o.Log.Info("sns_subscription_confirmed", "topic", m.topic)
	return http.StatusOK, nil
}

func (d *Door) known(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, known := d.seen[id]
	return known
}

// remember keeps the id as long as the message would be taken again.
func (d *Door) remember(m *message, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.seen) >= maxSeen {
		for id, at := range d.seen {
			if now.Sub(at) > maxAge {
				delete(d.seen, id)
			}
		}
		if len(d.seen) >= maxSeen { // the book takes what is doubled; this only spares it
			d.seen = map[string]time.Time{}
		}
	}
	d.seen[m.id] = m.at
}

// answer says what came of a message, and logs what was refused.
func (d *Door) answer(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err == nil {
		w.WriteHeader(code)
		io.WriteString(w, "{}\n")
		return
	}
	d.o.Log.Warn("sns_refused", "status", code, "error", err)
	say := map[string]string{"what": "it cannot be taken in now"}
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		say = map[string]string{"what": f.What, "remedy": f.Remedy}
	}
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(say)
}
