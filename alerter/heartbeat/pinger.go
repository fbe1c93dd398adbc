package heartbeat

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// PingerOptions are what a Pinger is made of.
type PingerOptions struct {
	URL   string // may be a secret
	Every time.Duration
	// Well says what keeps alarms from being told; empty: nothing does.
	Well func() string
	Log  *slog.Logger
}

// Pinger asks for a URL again and again, as long as alarms can be told. Whoever is behind it
// rings when that ends.
type Pinger struct {
	opt  PingerOptions
	http *http.Client

	mu    sync.Mutex
	fault string
}

// NewPinger makes a pinger. It opens no connection.
func NewPinger(opt PingerOptions) (*Pinger, error) {
	client, err := outgoing.Client(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("heartbeat: %w", err)
	}
	return &Pinger{opt: opt, http: client}, nil
}

// Run pings until ctx ends. A nil pinger does nothing.
func (p *Pinger) Run(ctx context.Context) {
	if p == nil {
		return
	}
	tick := time.NewTicker(p.opt.Every)
	defer tick.Stop()
	for {
		p.ping(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Fault is why the last ping did not arrive, or was held back; empty: it arrived.
func (p *Pinger) Fault() string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

func (p *Pinger) ping(ctx context.Context) {
	fault := ""
	if why := p.opt.Well(); why != "" {
		fault = "held back, so that others notice: " + why
	} else if err := p.once(ctx); err != nil {
		fault = err.Error()
	}
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	before := p.fault
	p.fault = fault
	p.mu.Unlock()
	switch {
	case fault != "" && before == "":
		p.opt.Log.Warn("heartbeat_missed", "error", fault)
	case fault == "" && before != "":
		p.opt.Log.Info("heartbeat_arrives_again")
	}
}

func (p *Pinger) once(ctx context.Context) error {
	const where = "heartbeat"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.opt.URL, nil)
	if err != nil {
		return &seamark.Fault{Class: seamark.Rejected, What: "the heartbeat is not a URL", Where: where}
	}
	req.Header.Set("User-Agent", "Seamark")
	resp, err := p.http.Do(req)
	if err != nil {
		return outgoing.Fault(err, where, "the heartbeat's URL cannot be reached", "the answer to the heartbeat cannot be read")
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	return outgoing.Judge(resp, "whoever takes the heartbeat", where, "check heartbeat.urlFile or urlEnv")
}
