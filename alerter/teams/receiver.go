package teams

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// pace lies between two posts to one webhook: Teams throttles above four a second.
const pace = 260 * time.Millisecond

// Options are what a Receiver is made of.
type Options struct {
	Name string
	URL  string // of the workflow's webhook; a secret
	Bare bool   // post the Adaptive Card without the Workflows envelope
}

// Receiver posts to one webhook. It is safe for concurrent use.
type Receiver struct {
	opt  Options
	http *http.Client

	mu   sync.Mutex
	next time.Time
}

// New makes a receiver. It opens no connection.
func New(opt Options) (*Receiver, error) {
	client, err := outgoing.Client(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: %w", opt.Name, err)
	}
	return &Receiver{opt: opt, http: client}, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// Deliver posts card. The ref that comes back is always empty: nothing can be edited. A
// card that is refused as too large or of the wrong shape is tried again smaller: without
// its chart, without buttons and description, and at last the first line alone.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, _ card.Ref) (card.Ref, error) {
	var last error
	for _, smaller := range []func(card.Card) card.Card{whole, chartless, plain, minimal} {
		body, err := Render(smaller(c), r.opt.Bare)
		if err != nil {
			return "", err
		}
		if last = r.post(ctx, body); !errors.Is(last, errRefused) {
			return "", last
		}
	}
	return "", last
}

func whole(c card.Card) card.Card { return c }

func chartless(c card.Card) card.Card {
	c.Chart = nil
	return c
}

func plain(c card.Card) card.Card {
	c.Chart, c.Links, c.About, c.Patterns = nil, nil, nil, nil
	return c
}

// errRefused marks an answer that a smaller or plainer card may avoid.
var errRefused = errors.New("the card is too large or of a shape that is not taken")

func (r *Receiver) post(ctx context.Context, body []byte) error {
	if err := r.wait(ctx); err != nil {
		return r.fault(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.opt.URL, bytes.NewReader(body))
	if err != nil {
		return &seamark.Fault{Class: seamark.Rejected, What: "the webhook is not a URL", Where: r.where()}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		return r.fault(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return r.fault(err)
	}
	return r.judge(resp, string(answer))
}

// wait keeps the pace.
func (r *Receiver) wait(ctx context.Context) error {
	r.mu.Lock()
	now := time.Now()
	at := r.next
	if at.Before(now) {
		at = now
	}
	r.next = at.Add(pace)
	r.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name }

func (r *Receiver) fault(err error) error {
	return outgoing.Fault(err, r.where(), "Teams cannot be reached", "Teams' answer cannot be read")
}

// hidden finds the status of a failure that the older connectors report inside a 200.
var hidden = regexp.MustCompile(`(?i)HTTP error (\d{3})`)

// judge reads the answer of a webhook.
func (r *Receiver) judge(resp *http.Response, answer string) error {
	status := resp.StatusCode
	if status/100 == 2 {
		if m := hidden.FindStringSubmatch(answer); m != nil {
			status, _ = strconv.Atoi(m[1])
		} else if head := strings.ToLower(strings.TrimSpace(answer)); strings.HasPrefix(head, "<!doctype") || strings.HasPrefix(head, "<html") {
			return &seamark.Fault{Class: seamark.Temporary, What: "a web page answered instead of the webhook", Where: r.where(), Remedy: "check the URL and the proxy"}
		} else {
			return nil
		}
	}
	f := &seamark.Fault{Class: seamark.Temporary, What: "Teams answered " + strconv.Itoa(status), Where: r.where()}
	switch {
	case status == http.StatusTooManyRequests:
		f.What, f.Err = "Teams limits the rate", &card.Throttled{After: outgoing.RetryAfter(resp.Header, 2*time.Second)}
	case status == http.StatusRequestEntityTooLarge || status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		f.Class, f.Err = seamark.Permanent, errRefused
		f.Remedy = "make the workflow's webhook again and put its URL into the receiver"
	case status >= 500 || status == http.StatusRequestTimeout:
	case status >= 300 && status < 400:
		f.Class, f.What, f.Remedy = seamark.Permanent, "the webhook redirects", "put the address it leads to into the receiver"
	default:
		f.Class, f.Remedy = seamark.Permanent, "make the workflow's webhook again and put its URL into the receiver"
	}
	return f
}
