// Package checkup makes the doctor's patient of a configuration: what there is to look at, and who is
// asked about it.
package checkup

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	seamark "github.com/seamark-hq/seamark"
	collectoraws "github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/app/oncall"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/doctor"
	"github.com/seamark-hq/seamark/internal/hub/aws"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/athena"
	"github.com/seamark-hq/seamark/lake/senders"
)

// Options say what is looked at.
type Options struct {
	Config *config.Config
	Lake   string // place of the lake
	Hub    string // name of the hub in AWS; "": the appliance is looked at
	Region string // of the hub; "": the environment's
	Cards  bool   // receivers are shown a test card
	Log    *slog.Logger
}

// Patient is what a configuration has.
func Patient(ctx context.Context, o Options) (*doctor.Patient, error) {
	c := o.Config
	p := &doctor.Patient{Name: o.Hub, Now: time.Now()}
	if o.Hub != "" {
		session, err := aws.Open(ctx, o.Region)
		if err != nil {
			return nil, err
		}
		p.Hub, p.Regions = session, c.Regions
		if len(p.Regions) == 0 {
			p.Regions = []string{session.Region()}
		}
		if part := strings.Split(c.Onboard.Destination, ":"); len(part) > 4 && seamark.IsAccountID(part[4]) {
			p.Account = part[4]
		}
	} else {
		p.Appliance = &appliance{c}
	}
	if _, organization := c.AsksOrganization(); organization || len(c.Accounts) > 0 {
		if err := accounts(ctx, c, p); err != nil {
			return nil, err
		}
	}
	store, err := lakes.Store(ctx, o.Lake)
	if err != nil {
		return nil, err
	}
	p.Lake = marks{store}
	if c.OpenSearch.URL != "" {
		if client, err := search.Client(c); err != nil {
			p.Index = closed{err}
		} else {
			p.Index = client
		}
	}
	for _, r := range c.Receivers {
		p.Receivers = append(p.Receivers, r.Name)
	}
	if o.Cards {
		p.Card = func(ctx context.Context, name string) error { return oncall.TestReceiver(ctx, c, name, o.Log) }
	}
	return p, nil
}

// accounts finds the places that are looked after.
func accounts(ctx context.Context, c *config.Config, p *doctor.Patient) error {
	opener, err := collectoraws.New(ctx, collectoraws.Options{Role: c.Onboard.Role, ExternalID: c.Onboard.ExternalID, SessionName: "seamark-doctor"})
	if err != nil {
		return err
	}
	units, organization := c.AsksOrganization()
	p.Places, err = onboard.Places(ctx, onboard.Options{Config: c.Collector(), Listed: c.ListedAccounts(), Organization: organization, Units: units, Regions: c.Regions}, opener)
	p.Cloud = cloud{opener}
	return err
}

// cloud is AWS with what the doctor asks of an account besides.
type cloud struct{ *collectoraws.Opener }

// Denied implements doctor.Cloud.
func (c cloud) Denied(ctx context.Context, p inventory.Place, service, resource string, actions []string) ([]string, error) {
	if _, err := c.Open(ctx, p); err != nil {
		return nil, fmt.Errorf("%w: %w", doctor.ErrClosed, err)
	}
	denied, err := collectoraws.Denied(ctx, c.Session, p, service, resource, actions)
	if code, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok && strings.Contains(code.ErrorCode(), "AccessDenied") {
		return nil, fmt.Errorf("%w: %w", doctor.ErrRefused, err)
	}
	return denied, err
}

// closed is an OpenSearch for which this machine lacks a secret.
type closed struct{ why error }

// Check implements doctor.Index.
func (c closed) Check(context.Context) error { return fmt.Errorf("%w: %w", doctor.ErrClosed, c.why) }

// Stale implements doctor.Index.
func (c closed) Stale(context.Context) ([]string, error) { return nil, c.why }

// StaleDays implements doctor.Index.
func (c closed) StaleDays(context.Context) ([]time.Time, error) { return nil, c.why }

// marks is a lake.
type marks struct{ lake.Store }

// Last implements doctor.Lake.
func (m marks) Last(context.Context) (map[string]string, error) {
	last := map[string]string{}
	err := m.Walk(senders.Folder, func(key string, _ fs.DirEntry) error {
		if day, account, found := strings.Cut(strings.TrimPrefix(key, senders.Folder+"/"), "/"); found {
			last[account] = max(last[account], day)
		}
		return nil
	})
	return last, err
}

// Names implements doctor.Lake.
func (m marks) Names(context.Context) (athena.Names, error) { return athena.NamesOf(m.Store) }

// appliance is `seamark up` as its configuration says it.
type appliance struct{ c *config.Config }

// Health implements doctor.Appliance.
func (a *appliance) Health(ctx context.Context) (storing bool, faults map[string]string, err error) {
	host, port, err := net.SplitHostPort(cmp.Or(a.c.Listen, "127.0.0.1:8080"))
	if err != nil {
		return false, nil, err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme, client := "http://", &http.Client{}
	if a.c.FrontDoor.TLSCert != "" {
		// It is asked by its address, for which no certificate is made, and told nothing.
		scheme, client.Transport = "https://", &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return false, nil, err
	}
	request.Host = "localhost" // a name that it always knows
	answer, err := client.Do(request)
	if err != nil {
		return false, nil, seamark.RootCause(err)
	}
	defer answer.Body.Close()
	var health struct {
		OK     *bool
		Faults []string
	}
	if err := json.NewDecoder(answer.Body).Decode(&health); err != nil || health.OK == nil {
		return false, nil, fmt.Errorf("what answers at %s is no seamark (%s)", request.URL.Host, answer.Status)
	}
	faults = map[string]string{}
	for _, f := range health.Faults {
		faults[f] = "cannot do its work: the page and the log say why"
	}
	return *health.OK, faults, nil
}

// Free implements doctor.Appliance.
func (a *appliance) Free() (free, size uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(a.c.Data, &s); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", a.c.Data, err)
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), nil
}
