package oncall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/outgoing"
	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// SilenceInfo is a silence as people see it.
type SilenceInfo struct {
	ID       string    `json:"id"`
	State    string    `json:"state"` // "active", "pending" or "expired"
	Matchers []string  `json:"matchers"`
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt"`
	By       string    `json:"createdBy"`
	Comment  string    `json:"comment"`
}

// Silences changes the silences: through the appliance that runs over the data folder, or
// in the folder itself where none does. Close it.
type Silences struct {
	base   string
	where  string // for people
	key    string
	client *http.Client
	close  func()
}

// OpenSilences finds out who holds the silences of a configuration.
func OpenSilences(c *config.Config, log *slog.Logger) (*Silences, error) {
	state, err := lake.OpenDir(c.Data, nil)
	if err != nil {
		return nil, err
	}
	unlock, err := state.Lock()
	if err != nil { // an appliance runs
		return remoteSilences(c)
	}
	routes, err := Machinery(c)
	if err != nil {
		unlock()
		return nil, err
	}
	kept, err := alertmanager.OpenSilences(state, SilencesFile, log, nil)
	if err != nil {
		unlock()
		return nil, err
	}
	alerts := alertmanager.NewAlerts(alertmanager.AlertsOptions{Machinery: routes, Book: noBook{}})
	api, err := alertmanager.NewAPI(alertmanager.APIOptions{Machinery: routes, Silences: kept, Alerts: alerts, Metrics: prometheus.NewRegistry()})
	if err != nil {
		unlock()
		return nil, err
	}
	return &Silences{base: "http://localhost", where: c.Data, client: &http.Client{Transport: direct{api}}, close: unlock}, nil
}

func remoteSilences(c *config.Config) (*Silences, error) {
	base := strings.TrimRight(c.PublicURL, "/")
	if base == "" {
		host, port, err := net.SplitHostPort(c.Listen)
		if err != nil || port == "0" {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: "the appliance that runs has no fixed address", Where: c.Listen, Remedy: "name one as listen in seamark.yml"}
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		scheme := "http"
		if c.FrontDoor.TLSCert != "" {
			scheme = "https"
		}
		base = scheme + "://" + net.JoinHostPort(host, port)
	}
	keyFile := c.FrontDoor.AccessKeyFile
	if keyFile == "" {
		keyFile = filepath.Join(c.Data, "access-key")
	}
	key, _, err := ingest.LoadOrCreateKey(keyFile)
	if err != nil {
		return nil, err
	}
	client, err := outgoing.Client(base)
	if err != nil {
		return nil, err
	}
	return &Silences{base: base, where: base, key: key, client: client, close: func() {}}, nil
}

// Close lets go of the data folder.
func (s *Silences) Close() { s.close() }

// Add keeps quiet what all matchers fit, until end. It returns the id once the silence is
// on disk.
func (s *Silences) Add(ctx context.Context, matchers []alertmanager.Matcher, end time.Time, by, comment string) (string, error) {
	type matcher struct {
		Name    string `json:"name"`
		Value   string `json:"value"`
		IsRegex bool   `json:"isRegex"`
		IsEqual bool   `json:"isEqual"`
	}
	var list []matcher
	for _, m := range matchers {
		list = append(list, matcher{m.Label, m.Value, strings.HasSuffix(m.Op, "~"), !strings.HasPrefix(m.Op, "!")})
	}
	b, err := s.ask(ctx, http.MethodPost, "/silences", map[string]any{
		"matchers": list, "startsAt": time.Now().UTC(), "endsAt": end.UTC(), "createdBy": by, "comment": comment,
	})
	var made struct{ SilenceID string }
	if err == nil {
		err = json.Unmarshal(b, &made)
	}
	return made.SilenceID, err
}

// List are the silences, those that end first ahead; ended ones only when asked for.
func (s *Silences) List(ctx context.Context, ended bool) ([]SilenceInfo, error) {
	b, err := s.ask(ctx, http.MethodGet, fmt.Sprintf("/silences?expired=%v", ended), nil)
	if err != nil {
		return nil, err
	}
	var got []struct {
		ID                 string
		Status             struct{ State string }
		StartsAt, EndsAt   time.Time
		CreatedBy, Comment string
		Matchers           []struct {
			Name, Value      string
			IsRegex, IsEqual bool
		}
	}
	if err := json.Unmarshal(b, &got); err != nil {
		return nil, err
	}
	list := []SilenceInfo{}
	for _, g := range got {
		one := SilenceInfo{ID: g.ID, State: g.Status.State, StartsAt: g.StartsAt, EndsAt: g.EndsAt, By: g.CreatedBy, Comment: g.Comment}
		for _, m := range g.Matchers {
			op := map[[2]bool]string{{true, false}: "=", {false, false}: "!=", {true, true}: "=~", {false, true}: "!~"}[[2]bool{m.IsEqual, m.IsRegex}]
			one.Matchers = append(one.Matchers, fmt.Sprintf("%s%s%q", m.Name, op, m.Value))
		}
		list = append(list, one)
	}
	return list, nil
}

// Expire ends the silence whose id begins with id, which must be one, and returns it.
func (s *Silences) Expire(ctx context.Context, id string) (string, error) {
	list, err := s.List(ctx, false)
	if err != nil {
		return "", err
	}
	found := slices.DeleteFunc(list, func(x SilenceInfo) bool { return id == "" || !strings.HasPrefix(x.ID, id) })
	switch len(found) {
	case 0:
		return "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no silence that holds has the id %q", id), Remedy: "`seamark silence list` has them"}
	case 1:
		_, err := s.ask(ctx, http.MethodDelete, "/silence/"+found[0].ID, nil)
		return found[0].ID, err
	}
	return "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q means %d silences", id, len(found)), Remedy: "write more of the id"}
}

// ask calls the API and returns its answer.
func (s *Silences) ask(ctx context.Context, method, path string, body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, s.base+"/api/v2"+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if s.key != "" {
		r.Header.Set("Authorization", "Bearer "+s.key)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Temporary, What: "the appliance holds the data folder and does not answer", Where: s.base, Err: seamark.RootCause(err), Remedy: "check listen and publicURL in seamark.yml, or stop it"}
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 2 {
		return answer, nil
	}
	var what string
	if json.Unmarshal(answer, &what) != nil {
		var f struct{ What, Message string }
		_ = json.Unmarshal(answer, &f)
		what = f.What + f.Message
	}
	class := seamark.Rejected
	if resp.StatusCode >= 500 {
		class = seamark.Temporary
	}
	return nil, &seamark.Fault{Class: class, What: fmt.Sprintf("refused with HTTP %d", resp.StatusCode), Where: s.where, Err: errors.New(what), Remedy: "mend what it says and try again"}
}

// direct answers requests by a handler of this process.
type direct struct{ h http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	return w.Result(), nil
}

// noBook is a book of no alarms: silences need none.
type noBook struct{}

func (noBook) Observe(context.Context, ...seamark.Alarm) error { return nil }
func (noBook) Firing() []seamark.Alarm                         { return nil }
func (noBook) Incidents() []seamark.Incident                   { return nil }
func (noBook) Renew(map[string]time.Time)                      {}
