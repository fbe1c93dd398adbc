package alertmanager_test

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/route"
)

// disk is a durable folder whose writes can be made to fail.
type disk struct {
	mu    sync.Mutex
	files map[string][]byte
	fail  error
}

func (d *disk) PutBytes(key string, b []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	if d.files == nil {
		d.files = map[string][]byte{}
	}
	d.files[key] = b
	return nil
}

func (d *disk) ReadFile(key string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.files[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}

func open(t *testing.T, d *disk) *alertmanager.Silences {
	t.Helper()
	s, err := alertmanager.OpenSilences(d, "silences", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var booking = seamark.Alarm{Name: "seamark/booking/prod/api/4xx", Rule: "4xx", State: seamark.AlarmFiring, Severity: "warning",
	Scope: seamark.Scope{Product: "booking", Environment: "prod", Component: "api", Team: "web"}}

func quiet(t *testing.T, c route.Config, a seamark.Alarm, now time.Time, firing ...seamark.Alarm) route.Quiet {
	t.Helper()
	return alertmanager.NewQuieter(machinery(t, c)).Among(func() []seamark.Alarm { return firing })("ops", a, now)
}

func TestSilenceSurvives(t *testing.T) {
	d := &disk{}
	s := open(t, d)
	end := time.Now().Add(time.Hour)
	id, err := s.Add(t.Context(), []alertmanager.Matcher{{Label: "product", Value: "booking"}}, end, "ana", "deploy")
	if err != nil || id == "" {
		t.Fatalf("id %q, %v", id, err)
	}
	for what, silences := range map[string]*alertmanager.Silences{"at once": s, "after a restart": open(t, d)} {
		got := silences.Silenced(booking)
		if got == nil || got.ID != id || got.By != "ana" || got.Until.Sub(end).Abs() > time.Millisecond {
			t.Errorf("%s: %+v", what, got)
		}
		other := booking
		other.Scope.Product = "quote"
		if got := silences.Silenced(other); got != nil {
			t.Errorf("%s: another product is quiet too: %+v", what, got)
		}
	}
}

func TestSilenceRefused(t *testing.T) {
	s := open(t, &disk{})
	now := time.Now()
	product := []alertmanager.Matcher{{Label: "product", Value: "booking"}}
	for what, c := range map[string]struct {
		m   []alertmanager.Matcher
		end time.Time
	}{
		"no end": {product, time.Time{}}, "over": {product, now.Add(-time.Second)}, "for ever": {product, now.AddDate(50, 0, 0)},
		"of nothing": {nil, now.Add(time.Hour)}, "of everything": {[]alertmanager.Matcher{{Label: "product", Value: ""}}, now.Add(time.Hour)},
	} {
		if id, err := s.Add(t.Context(), c.m, c.end, "ana", ""); err == nil || seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%s: id %q, %v", what, id, err)
		}
	}
}

// A full disk is told; what holds in memory is saved as soon as there is room.
func TestSilenceNotStored(t *testing.T) {
	d := &disk{fail: errors.New("no space left on device")}
	s := open(t, d)
	product := []alertmanager.Matcher{{Label: "product", Value: "booking"}}
	if _, err := s.Add(t.Context(), product, time.Now().Add(time.Hour), "ana", ""); seamark.ClassOf(err) != seamark.Temporary {
		t.Fatalf("answered %v although nothing was stored", err)
	}
	d.fail = nil
	if _, err := s.Add(t.Context(), product, time.Now().Add(2*time.Hour), "ana", ""); err != nil {
		t.Fatal(err)
	}
	if got := open(t, d).Silenced(booking); got == nil || time.Until(got.Until) < time.Hour {
		t.Errorf("after the restart: %+v, want the silence that ends last", got)
	}
}

// A silence of a group keeps its alarms quiet, and no others.
func TestSilenceOfAGroup(t *testing.T) {
	foreign := seamark.Alarm{Name: "disk", Rule: "disk", State: seamark.AlarmFiring, Scope: seamark.Scope{Product: seamark.Unassigned, Environment: seamark.Unassigned, AccountID: "1", Region: "r"}}
	elsewhere, same := foreign, booking
	elsewhere.Scope.AccountID = "2"
	same.Name, same.Rule, same.Scope.Component = "seamark/booking/prod/web/5xx", "5xx", "web"
	for _, c := range []struct{ of, quiet, loud seamark.Alarm }{{booking, same, foreign}, {foreign, foreign, elsewhere}, {foreign, foreign, booking}} {
		s := open(t, &disk{})
		if err := s.Silence(t.Context(), c.of, time.Now().Add(time.Hour), "ana", ""); err != nil {
			t.Fatal(err)
		}
		if s.Silenced(c.quiet) == nil || s.Silenced(c.loud) != nil {
			t.Errorf("of %s: %v, %v", c.of.Name, s.Silenced(c.quiet), s.Silenced(c.loud))
		}
	}
}

// A damaged file is kept, and stops nothing.
func TestSilencesUnreadable(t *testing.T) {
	d := &disk{files: map[string][]byte{"silences": []byte("\x99garbage")}}
	s := open(t, d)
	if len(d.files) != 2 {
		t.Errorf("files %v: the damaged one must be kept under another name", d.files)
	}
	if _, err := s.Add(t.Context(), []alertmanager.Matcher{{Label: "product", Value: "booking"}}, time.Now().Add(time.Hour), "ana", ""); err != nil {
		t.Error(err)
	}
}

func TestQuietByInterval(t *testing.T) {
	c := route.Config{
		Receivers: []string{"ops", "other"},
		Intervals: []route.Interval{
			{Name: "work", TimeIntervals: []route.Span{{Weekdays: []string{"monday:friday"}, Times: []route.Times{{Start: "09:00", End: "17:00"}}, Location: "Europe/Berlin"}}},
			{Name: "lunch", TimeIntervals: []route.Span{{Times: []route.Times{{Start: "12:00", End: "13:00"}}, Location: "Europe/Berlin"}}},
		},
		Route: &route.Tree{Receiver: "other", Routes: []route.Tree{{Receiver: "ops", Matchers: []string{`team=web`}, ActiveTimeIntervals: []string{"work"}, MuteTimeIntervals: []string{"lunch"}}}},
	}
	for at, want := range map[string]string{
		"2026-11-30T09:00:00Z": "", "2026-11-30T07:59:59Z": "work", "2026-11-30T08:00:00Z": "", "2026-11-30T11:30:10Z": "lunch",
		"2026-11-30T16:00:00Z": "work", "2026-11-29T09:00:00Z": "work", "2026-07-01T07:00:00Z": "", // summer time
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		got := quiet(t, c, booking, now)
		if (got.By == "") != (want == "") || !strings.HasSuffix(got.By, want) {
			t.Errorf("%s: %+v, want %q", at, got, want)
		}
		if want != "" && (!got.Until.After(now) || got.Until.Sub(now) > time.Minute) {
			t.Errorf("%s: asked again at %v", at, got.Until)
		}
	}
}

func TestQuietByInhibition(t *testing.T) {
	c := route.Config{Receivers: []string{"ops"}, Inhibit: []route.Inhibit{{
		Name: "critical hides warning", SourceMatchers: []string{`severity="critical"`}, TargetMatchers: []string{`severity="warning"`}, Equal: []string{"product", "environment"},
	}}}
	critical := booking
	critical.Severity, critical.Name = seamark.SeverityCritical, "x"
	elsewhere := critical
	elsewhere.Scope.Product = "quote"
	if got := quiet(t, c, booking, time.Now(), booking, elsewhere); got.By != "" {
		t.Errorf("quiet by another product: %+v", got)
	}
	if got := quiet(t, c, booking, time.Now(), booking, critical); !strings.Contains(got.By, "critical hides warning") {
		t.Errorf("not quiet: %+v", got)
	}
	if got := quiet(t, c, critical, time.Now(), booking, critical); got.By != "" {
		t.Errorf("the source is quiet: %+v", got)
	}
}
