package alerter_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/links"
)

var show = flag.Bool("show", false, "print the cards of every vector")

// vector is a sequence of real events, and what people must be told after each.
type vector struct {
	Why   string `json:"why"`
	Steps []step `json:"steps"`
}

type step struct {
	Now     time.Time       `json:"now"` // when the event is heard of
	Restart bool            `json:"restart,omitempty"`
	Event   json.RawMessage `json:"event"`           // absent: only time passes
	Error   string          `json:"error,omitempty"` // what the complaint must contain
	Cards   []seen          `json:"cards"`           // of all incidents, oldest first
	Alone   *[]seen         `json:"alone,omitempty"` // the cards of the event by itself, as `alert render` draws them
}

// seen is what a person sees of a card.
type seen struct {
	First string            `json:"first"`
	State string            `json:"state"`
	About string            `json:"about"` // the line below the first
	Lines []string          `json:"lines"`
	Links map[string]string `json:"links"`
	Rung  []string          `json:"rung,omitempty"` // receivers that posted, which rings; an edit does not
}

// look reads a card as a person does.
func look(c card.Card, rung []string) seen {
	s := seen{First: c.Headline(), State: string(c.Status), Rung: rung, Links: map[string]string{}}
	text := strings.Split(strings.TrimSpace(card.Text(c)), "\n")
	s.About = text[1]
	for _, l := range text[2:] {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		label, url, ok := strings.Cut(l, "https://")
		if label = strings.TrimSpace(label); ok && label != "" && slices.ContainsFunc(c.Links, func(x links.Link) bool { return x.Label == label }) {
			s.Links[label] = "https://" + url
		} else if !strings.HasPrefix(l, "incident ") {
			s.Lines = append(s.Lines, l)
		}
	}
	return s
}

// bells are two receivers: a webhook whose cards stay as they are, and a bot that edits.
type bells struct {
	name  string
	edits bool
	rung  *map[string][]string // receivers by incident
}

func (b bells) Name() string { return b.name }

func (b bells) Deliver(_ context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	if ref == "" {
		(*b.rung)[c.ID] = append((*b.rung)[c.ID], b.name)
	}
	if b.edits {
		return card.Ref("m" + c.ID), nil
	}
	return "", nil
}

// one makes the two receivers write into one map without a race: Flush runs both at once.
type one struct {
	alerter.Receiver
	turn chan struct{}
}

func (o one) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	return o.Receiver.Deliver(ctx, c, ref)
}

// Every real alarm is told once and rightly: testdata/alarms holds what others' alarms
// looked like on the wire, and what a person must see of each.
func TestAlarms(t *testing.T) {
	files, err := filepath.Glob("testdata/alarms/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no vectors", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			if err := json.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			play(t, v)
		})
	}
}

func play(t *testing.T, v vector) {
	rung := map[string][]string{}
	var now time.Time
	to := links.Config{PublicURL: "https://seamark.example.com", Accounts: map[string]string{"222222222222": "booking"}}
	turn := make(chan struct{}, 1)
	o := alerter.Options{
		Store: &memory{}, Links: to, Now: func() time.Time { return now },
		Receivers: []alerter.Receiver{one{bells{"bot", true, &rung}, turn}, one{bells{"hook", false, &rung}, turn}},
	}
	m := manager(t, o)
	for i, s := range v.Steps {
		now = s.Now
		clear(rung)
		if s.Restart {
			m = manager(t, o)
		}
		if s.Event != nil {
			alarms, err := cloudwatch.Parse(s.Event)
			if (err != nil) != (s.Error != "") || err != nil && !strings.Contains(err.Error(), s.Error) {
				t.Errorf("step %d: error %v, want %q", i, err, s.Error)
			}
			observe(t, m, alarms...)
			if s.Alone != nil {
				alone := []seen{}
				for _, in := range incident.Of(alarms, now) {
					alone = append(alone, look(card.Build(&in, to), nil))
				}
				differ(t, fmt.Sprintf("step %d alone", i), alone, *s.Alone)
			}
		}
		if err := m.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		got := []seen{}
		incidents := m.Incidents()
		slices.Reverse(incidents)
		for _, in := range incidents {
			c, _ := m.Card(in.ID)
			slices.Sort(rung[in.ID])
			got = append(got, look(c, rung[in.ID]))
		}
		differ(t, fmt.Sprintf("step %d", i), got, s.Cards)
	}
}

func differ(t *testing.T, where string, got, want []seen) {
	t.Helper()
	if *show {
		b, _ := json.MarshalIndent(got, "", "  ")
		t.Logf("%s: %s", where, b)
		return
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s (-got +want):\n%s", where, diff)
	}
}
