// Package webhook tells a program of an incident by HTTP: it posts the incident event of
// alerter/event, or what a template makes of it, signed.
package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// The headers of a request. The signature is "t=<Unix seconds>,v1=<hex>": HMAC-SHA256 of
// "<t>.<body>" under the secret. A program should refuse one that is older than five
// minutes, and take an id that it knows for a repetition.
const (
	SignatureHeader = "Seamark-Signature"
	KindHeader      = "Seamark-Event"    // opened, updated, …
	IDHeader        = "Seamark-Event-Id" // the same when it is sent again
)

// minSecret is the shortest secret, in bytes.
const minSecret = 16

// Options are what a Receiver is made of.
type Options struct {
	Name   string
	URL    string // may be a secret
	Secret string // signs requests; may be empty with a Template, for a program that knows no signature
	// Template makes the body of an event; empty: its JSON. See Body.
	Template      string
	ContentType   string           // of the body; empty: application/json
	Authorization string           // the header's value; a secret; empty: none
	Now           func() time.Time // nil: time.Now
}

// Receiver posts to one URL. It is safe for concurrent use.
type Receiver struct {
	opt  Options
	http *http.Client
	body *Body // nil: the event as JSON
}

// New makes a receiver. It opens no connection.
func New(opt Options) (*Receiver, error) {
	if len(opt.Secret) < minSecret && (opt.Secret != "" || opt.Template == "") {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the secret is shorter than 16 bytes", Where: "receiver " + opt.Name, Remedy: "use a long random one, such as: openssl rand -hex 24"}
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	client, err := outgoing.Client(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: %w", opt.Name, err)
	}
	r := &Receiver{opt: opt, http: client}
	if opt.Template != "" {
		if r.body, err = ParseBody(opt.Template, opt.ContentType); err != nil {
			return nil, fmt.Errorf("receiver %s: %w", opt.Name, err)
		}
	}
	return r, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// ForPrograms says that nobody is to be reminded.
func (r *Receiver) ForPrograms() bool { return true }

// Deliver posts what happened since ref, if anything did.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	e, next, told := event.Next(c, ref)
	if !told {
		return next, nil
	}
	body, err := r.encode(e)
	if err != nil {
		return ref, fmt.Errorf("receiver %s: %w", r.opt.Name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.opt.URL, bytes.NewReader(body))
	if err != nil {
		return ref, &seamark.Fault{Class: seamark.Rejected, What: "the webhook is not a URL", Where: r.where()}
	}
	req.Header.Set("Content-Type", cmp.Or(r.opt.ContentType, contentTypeJSON))
	req.Header.Set("User-Agent", "Seamark")
	req.Header.Set(KindHeader, string(e.Kind))
	req.Header.Set(IDHeader, e.ID)
	if r.opt.Secret != "" {
		req.Header.Set(SignatureHeader, Sign([]byte(r.opt.Secret), r.opt.Now(), body))
	}
	if r.opt.Authorization != "" {
		req.Header.Set("Authorization", r.opt.Authorization)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return ref, r.fault(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if err := r.judge(resp); err != nil {
		return ref, err
	}
	return next, nil
}

func (r *Receiver) encode(e event.Event) ([]byte, error) {
	if r.body != nil {
		return r.body.Of(e)
	}
	return json.Marshal(e)
}

func (r *Receiver) judge(resp *http.Response) error {
	remedy := "check the URL and what the program takes"
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		remedy = "check that both sides have the same secret"
	}
	return outgoing.Judge(resp, "the webhook", r.where(), remedy)
}

// Sign is the value of SignatureHeader.
func Sign(secret []byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name }

func (r *Receiver) fault(err error) error {
	return outgoing.Fault(err, r.where(), "the webhook cannot be reached", "the webhook's answer cannot be read")
}
