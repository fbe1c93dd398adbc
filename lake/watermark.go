package lake

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// expiredFolder holds the watermarks of retention: objects whose names say before which
// hour everything of one kind has expired. The latest that counts is the one.
const expiredFolder = LedgerFolder + "/expired"

var expiredPattern = regexp.MustCompile(`^ledger/expired/(landing|lake|quarantine)-(\d{4}-\d{2}-\d{2}T\d{2})$`)

// aheadOf is how far the newest arrival that a watermark was raised by may lie ahead of the
// clock: clocks are set right by seconds, a lake is shared by machines that differ by minutes.
const aheadOf = 24 * time.Hour

// watermark says before which hour everything of a kind has expired. The zero one: nothing has.
type watermark struct {
	hour int64
	// arrived is the newest arrival that was known when it was raised, Unix milliseconds: what
	// arrived later has not expired, whatever its hour, until a watermark says so that knew of it.
	arrived int64
}

// gone reports whether rows of that hour have expired whose object arrived then.
func (w watermark) gone(hour int64, arrival time.Time) bool {
	return hour < w.hour && arrival.UnixMilli() <= w.arrived
}

// ahead reports whether it says of the future that it has expired: the clock was wrong, now
// or when it was raised.
func (w watermark) ahead(now time.Time) bool {
	return hourStart(w.hour).After(now) || time.UnixMilli(w.arrived).After(now.Add(aheadOf))
}

// watermarks are those that count.
type watermarks struct {
	landing, lake, quarantine watermark
}

func (w *watermarks) of(kind string) *watermark {
	switch kind {
	case LandingFolder:
		return &w.landing
	case LakeFolder:
		return &w.lake
	default:
		return &w.quarantine
	}
}

// raised is what a watermark holds. Earlier releases wrote none.
type raised struct {
	Version    int       `json:"version"` // of this format: 1
	At         time.Time `json:"at"`      // when, by the clock of who raised it
	Arrived    time.Time `json:"arrived"` // the newest arrival that was known then
	Was        string    `json:"was"`     // the hour of the one before, or ""
	WasArrived time.Time `json:"was_arrived"`
}

// SetClock makes the lake tell the time by now: for tests.
func (l *Lake) SetClock(now func() time.Time) {
	l.mu.Lock()
	l.clock = now
	l.mu.Unlock()
}

func (l *Lake) now() time.Time {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.clock()
}

// readWatermark takes a watermark from its key; other keys are passed over.
func (l *Lake) readWatermark(key string) {
	m := expiredPattern.FindStringSubmatch(key)
	if m == nil {
		return
	}
	t, err := time.Parse(hourLayout, m[2])
	if err != nil {
		return
	}
	w := watermark{hour: t.Unix() / 3600}
	if r := l.raisedAt(key); r != nil {
		w.arrived = r.Arrived.UnixMilli()
	} else if info, err := l.Stat(key); err == nil { // of an earlier release
		w.arrived = info.ModTime().UnixMilli()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.ahead(l.clock()) {
		l.ahead[key] = w
		return
	}
	l.count(m[1], w)
}

// raisedAt reads what a watermark holds; nil when there is nothing, or nothing that we wrote.
func (l *Lake) raisedAt(key string) *raised {
	b, err := l.ReadFile(key)
	r := new(raised)
	if err != nil || unseal("watermark", b, r) != nil || r.Version != 1 {
		return nil
	}
	return r
}

// count makes w the watermark of a kind, unless one counts that is as high. The caller holds mu.
func (l *Lake) count(kind string, w watermark) {
	at := l.expired.of(kind)
	if w.hour < at.hour || w == *at {
		return
	}
	*at = w
	l.generation++
	if kind != LakeFolder {
		return
	}
	maps.DeleteFunc(l.hours, func(n int64, h *hour) bool {
		if n >= w.hour {
			return false
		}
		h.seq, h.damaged, h.included, h.files, h.hidden = 0, false, nil, nil, nil
		maps.DeleteFunc(h.loose, func(id ID, _ []File) bool { return l.entries[id] == nil || w.gone(n, l.entries[id].Arrival) })
		return len(h.loose) == 0
	})
}

// raise makes w the watermark of kind, and removes those before it.
func (l *Lake) raise(kind string, w watermark, now time.Time) error {
	was := l.watermarkOf(kind)
	r := raised{Version: 1, At: now.UTC(), Arrived: time.UnixMilli(w.arrived).UTC()}
	if was.hour != 0 {
		r.Was, r.WasArrived = hourName(was.hour), time.UnixMilli(was.arrived).UTC()
	}
	key, err := l.putWatermark(kind, w.hour, r)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.count(kind, w)
	l.mu.Unlock()
	var lower []string
	err = l.Walk(expiredFolder, func(k string, _ fs.DirEntry) error {
		if m := expiredPattern.FindStringSubmatch(k); m != nil && m[1] == kind && k < key {
			lower = append(lower, k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.Remove(lower...)
}

func (l *Lake) putWatermark(kind string, hour int64, r raised) (string, error) {
	key := expiredFolder + "/" + kind + "-" + hourName(hour)
	b, err := seal("watermark", r)
	if err != nil {
		return key, err
	}
	return key, l.PutBytes(key, b)
}

// watermarks returns the watermarks that count.
func (l *Lake) watermarks() watermarks {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.expired
}

func (l *Lake) watermarkOf(kind string) watermark {
	marks := l.watermarks()
	return *marks.of(kind)
}

// Ahead is a watermark of the future. It counts for nothing: nothing is hidden or deleted by
// it. What went when it was raised is missing.
type Ahead struct {
	Key    string    `json:"key"`
	Kind   string    `json:"kind"`   // landing, lake or quarantine
	Before time.Time `json:"before"` // what it says has expired
}

// Fault says what is wrong with it, and the remedy.
func (a Ahead) Fault(place string) *seamark.Fault {
	return &seamark.Fault{What: fmt.Sprintf("a watermark of retention lies in the future: it says that %s before %s has expired", a.Kind, a.Before.Format(time.RFC3339)),
		Where: a.Key, Remedy: "check this machine's clock; if it is right, run `seamark retention --lake " + seamark.ShellArg(place) + " --take-back`"}
}

// Ahead lists the watermarks of the future that are still there.
func (l *Lake) Ahead() []Ahead {
	l.mu.RLock()
	known, now := maps.Clone(l.ahead), l.clock()
	l.mu.RUnlock()
	var out []Ahead
	for key, w := range known {
		switch {
		case l.absent(key): // taken back
			l.forgetAhead(key)
		case !w.ahead(now): // our clock was wrong, not its
			l.forgetAhead(key)
			l.readWatermark(key)
		default:
			out = append(out, Ahead{key, expiredPattern.FindStringSubmatch(key)[1], hourStart(w.hour)})
		}
	}
	slices.SortFunc(out, func(a, b Ahead) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (l *Lake) forgetAhead(key string) {
	l.mu.Lock()
	delete(l.ahead, key)
	l.mu.Unlock()
}

// TakeBack removes the watermarks of the future, and puts those in their place that they
// were raised from. It returns what it took back.
func (l *Lake) TakeBack() ([]Ahead, error) {
	ahead := l.Ahead()
	for _, a := range ahead {
		if r := l.raisedAt(a.Key); r != nil && r.Was != "" {
			if err := l.putBack(a.Kind, r); err != nil {
				return nil, err
			}
		}
		if err := l.Remove(a.Key); err != nil {
			return nil, err
		}
		l.forgetAhead(a.Key)
	}
	return ahead, nil
}

func (l *Lake) putBack(kind string, r *raised) error {
	t, err := time.Parse(hourLayout, r.Was)
	w := watermark{t.Unix() / 3600, r.WasArrived.UnixMilli()}
	if err != nil || w.ahead(l.now()) || w.hour <= l.watermarkOf(kind).hour {
		return nil
	}
	if _, err := l.putWatermark(kind, w.hour, raised{Version: 1, At: r.WasArrived, Arrived: r.WasArrived}); err != nil {
		return err
	}
	l.mu.Lock()
	l.count(kind, w)
	l.mu.Unlock()
	return nil
}

// pinAhead gives watermarks of the future that earlier releases wrote, and that do not say by
// which arrivals they were raised, what is known now: when their hour comes, and nobody has
// taken them back, they must not count for what arrives from now on.
func (l *Lake) pinAhead(arrived, now time.Time) error {
	for _, a := range l.Ahead() {
		if l.raisedAt(a.Key) != nil {
			continue
		}
		if _, err := l.putWatermark(a.Kind, a.Before.Unix()/3600, raised{Version: 1, At: now.UTC(), Arrived: arrived.UTC()}); err != nil {
			return err
		}
	}
	return nil
}
