package alertmanager

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/types/known/timestamppb"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
)

// Files is the part of a durable folder that silences need; *lake.Dir is one. PutBytes
// returns once the file is on disk, whole.
type Files interface {
	PutBytes(key string, b []byte) error
	ReadFile(key string) ([]byte, error)
}

const (
	// retention is how long a silence that ended is shown.
	retention = 5 * 24 * time.Hour
	// longest is how long a silence may last: what is meant for ever belongs into the routes.
	longest        = 366 * 24 * time.Hour
	maxSilences    = 10_000
	maxSilenceSize = 64 << 10 // bytes
)

// Silences are the silences, in one file. A change is in the file before it is answered.
type Silences struct {
	files    Files
	key      string
	log      *slog.Logger
	now      func() time.Time
	state    *silence.Silences
	silencer atomic.Pointer[silence.Silencer] // remembers each set of labels it was asked about, so it is made anew now and then

	mu      sync.Mutex // of changes: one at a time, with its save
	unsaved bool
	changed func()
}

// OpenSilences reads the file key, such as "silences". One that cannot be read is kept
// under another name and logged: then alarms ring that were silenced, which is the safe side.
func OpenSilences(files Files, key string, log *slog.Logger, metrics prometheus.Registerer) (*Silences, error) {
	parsers()
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Silences{files: files, key: key, log: log, now: time.Now}
	b, err := files.ReadFile(key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &seamark.Fault{Class: seamark.ClassOf(err), What: "the silences cannot be read", Where: key, Err: err, Remedy: "give this user the right to read the file"}
	}
	if s.state, err = newState(b, log, metrics); err != nil {
		aside := fmt.Sprintf("%s.unreadable-%d", key, time.Now().Unix())
		log.Error("silences_unreadable", "file", key, "kept_as", aside, "error", err)
		if err := files.PutBytes(aside, b); err != nil {
			return nil, err
		}
		if s.state, err = newState(nil, log, nil); err != nil {
			return nil, err
		}
	}
	s.forget()
	return s, nil
}

func (s *Silences) forget() {
	s.silencer.Store(silence.NewSilencer(s.state, slog.New(slog.DiscardHandler), eventrecorder.NopRecorder()))
}

func newState(b []byte, log *slog.Logger, metrics prometheus.Registerer) (*silence.Silences, error) {
	if metrics == nil {
		metrics = prometheus.NewRegistry()
	}
	return silence.New(silence.Options{
		SnapshotReader: bytes.NewReader(b), Retention: retention, Logger: log, Metrics: metrics, EventRecorder: eventrecorder.NopRecorder(),
		Limits: silence.Limits{MaxSilences: func() int { return maxSilences }, MaxSilenceSizeBytes: func() int { return maxSilenceSize }},
	})
}

// OnChange sets what is called after each change.
func (s *Silences) OnChange(f func()) { s.changed = f }

// change applies a change and makes it durable. After an error it holds in memory all the
// same, and is saved with the next one or by Keep.
func (s *Silences) change(apply func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := apply(); err != nil {
		return err
	}
	err := s.save()
	if s.changed != nil {
		s.changed()
	}
	return err
}

// save writes the file; the caller holds mu.
func (s *Silences) save() error {
	if _, err := s.state.GC(); err != nil {
		s.log.Warn("old silences could not be removed", "error", err)
	}
	var b bytes.Buffer
	_, err := s.state.Snapshot(&b)
	if err == nil {
		err = s.files.PutBytes(s.key, b.Bytes())
	}
	s.unsaved = err != nil
	if err != nil {
		s.log.Error("silences_not_saved", "error", err)
		return &seamark.Fault{Class: seamark.Temporary, What: "the silence could not be stored", Where: s.key, Err: err, Remedy: "make room on the disk and try again"}
	}
	return nil
}

// Keep saves what could not be saved before, and forgets old silences, until ctx ends.
func (s *Silences) Keep(ctx context.Context) {
	t := time.NewTicker(10 * time.Second)
	defer t.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.mu.Lock()
			if s.unsaved || now.Sub(last) > time.Hour {
				last = now
				s.save() // logged; the next turn tries again
				s.forget()
			}
			s.mu.Unlock()
		}
	}
}

// Matcher is one condition of a silence.
type Matcher struct {
	Label string
	Op    string // "=", "!=", "=~" or "!~"; empty is "="
	Value string
}

var matcherTypes = map[string]silencepb.Matcher_Type{
	"": silencepb.Matcher_EQUAL, "=": silencepb.Matcher_EQUAL, "!=": silencepb.Matcher_NOT_EQUAL, "=~": silencepb.Matcher_REGEXP, "!~": silencepb.Matcher_NOT_REGEXP,
}

// Add keeps alarms with these labels quiet until end and returns the silence's id. by and
// comment are shown to people. A silence without end, or one of more than a year, is refused.
func (s *Silences) Add(ctx context.Context, matchers []Matcher, end time.Time, by, comment string) (id string, err error) {
	now := s.now()
	if what := unending(now, end); what != "" {
		return "", &seamark.Fault{Class: seamark.Rejected, What: what, Remedy: "end it within a year; what is meant for ever belongs into the routes"}
	}
	sil := &silencepb.Silence{
		StartsAt: timestamppb.New(now), EndsAt: timestamppb.New(end), CreatedBy: by, Comment: comment,
		MatcherSets: []*silencepb.MatcherSet{{}},
	}
	for _, m := range matchers {
		sil.MatcherSets[0].Matchers = append(sil.MatcherSets[0].Matchers, &silencepb.Matcher{Type: matcherTypes[m.Op], Name: m.Label, Pattern: m.Value})
	}
	err = s.change(func() error {
		if err := s.state.Set(ctx, sil); err != nil {
			return &seamark.Fault{Class: seamark.Rejected, What: "not a silence", Err: err, Remedy: "name at least one label and its value"}
		}
		return nil
	})
	return sil.Id, err
}

// unending says what is wrong with a silence's end, or nothing.
func unending(now, end time.Time) string {
	switch {
	case end.IsZero():
		return "a silence without end"
	case !end.After(now):
		return "a silence that is over"
	case end.Sub(now) > longest:
		return "a silence of more than a year is one without end"
	}
	return ""
}

// Silence keeps all alarms of one's group quiet until then.
func (s *Silences) Silence(ctx context.Context, a seamark.Alarm, until time.Time, by, comment string) error {
	labels := route.Labels(a)
	names := []string{"product", "environment"}
	if a.Foreign() {
		names = []string{"account_id", "region", "alertname"}
	}
	var matchers []Matcher
	for _, name := range names {
		if labels[name] != "" {
			matchers = append(matchers, Matcher{Label: name, Value: labels[name]})
		}
	}
	_, err := s.Add(ctx, matchers, until, by, comment)
	return err
}

// Silenced is who keeps an alarm quiet now, by the silence that ends last; nil: nobody does.
func (s *Silences) Silenced(a seamark.Alarm) *seamark.Word {
	var last *seamark.Word
	for _, one := range s.active(context.Background(), labelSet(route.Labels(a))) {
		if end := one.EndsAt.AsTime(); last == nil || end.After(last.Until) {
			last = &seamark.Word{By: cmp.Or(one.CreatedBy, one.Id), At: one.StartsAt.AsTime(), Until: end, ID: one.Id}
		}
	}
	return last
}

// active are the silences that keep an alarm with these labels quiet now.
func (s *Silences) active(ctx context.Context, set model.LabelSet) []*silencepb.Silence {
	if !s.silencer.Load().Mutes(ctx, set) {
		return nil
	}
	list, _, err := s.state.Query(ctx, silence.QState(silence.SilenceStateActive), silence.QMatches(set))
	if err != nil {
		s.log.Warn("silences could not be asked", "error", err)
	}
	return list
}
