package senders_test

import (
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/senders"
	"pgregory.net/rapid"
)

// creates counts the requests that make an object.
type creates struct {
	lake.Store
	n int
}

func (c *creates) Create(key string, write func(io.Writer) error) error {
	c.n++
	return c.Store.Create(key, write)
}

func open(t interface {
	Helper()
	Fatal(...any)
}, dir string) *creates {
	t.Helper()
	s, err := lake.OpenDir(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &creates{Store: s}
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d.Add(13 * time.Hour)
}

func TestSilent(t *testing.T) {
	for _, c := range []struct {
		name, days, now string
		want            string // account, last day, days
	}{
		{"sent today", "2026-11-10 2026-11-11 2026-11-12 2026-11-20", "2026-11-20", ""},
		{"sent yesterday", "2026-11-10 2026-11-11 2026-11-19", "2026-11-20", ""},
		{"a whole day without", "2026-11-10 2026-11-11 2026-11-18", "2026-11-20", "2026-11-18 3"},
		{"too rare to be missed", "2026-11-10 2026-11-17", "2026-11-20", ""},
		{"forgotten after two weeks", "2026-11-01 2026-11-02 2026-11-03", "2026-11-17", ""},
		{"nearly forgotten", "2026-11-03 2026-11-04 2026-11-05", "2026-11-17", "2026-11-05 3"},
		{"a clock was ahead", "2026-11-10 2026-11-11 2026-11-12 2027-05-01", "2026-11-20", "2026-11-12 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir())
			var m senders.Marker
			for _, d := range strings.Fields(c.days) {
				if err := m.Mark(s, day(d), []string{"111122223333"}); err != nil {
					t.Fatal(err)
				}
			}
			got, err := senders.Look(s, day(c.now))
			if err != nil {
				t.Fatal(err)
			}
			var want []senders.Silent
			if c.want != "" {
				want = []senders.Silent{{Account: "111122223333", Last: c.want[:10], Days: int(c.want[11] - '0')}}
			}
			if !slices.Equal(got, want) {
				t.Errorf("silent %+v, want %+v", got, want)
			}
		})
	}
}

// A mark costs one request, whoever made it; what is no account makes none; old marks go.
func TestMarks(t *testing.T) {
	s := open(t, t.TempDir())
	var m senders.Marker
	for range 3 {
		if err := m.Mark(s, day("2026-11-01"), []string{"111122223333", "000000000000", "", "../../landing", "12345678901x"}); err != nil {
			t.Fatal(err)
		}
	}
	var other senders.Marker // another process
	if err := other.Mark(s, day("2026-11-01"), []string{"111122223333"}); err != nil {
		t.Fatal(err)
	}
	if s.n != 2 {
		t.Errorf("%d requests, want 2", s.n)
	}
	if _, err := senders.Look(s, day("2026-11-16")); err != nil {
		t.Fatal(err)
	}
	left := 0
	s.Walk(senders.Folder, func(string, fs.DirEntry) error { left++; return nil })
	if left != 0 {
		t.Errorf("%d marks are left of 15 days ago", left)
	}
	if got, err := senders.Look(open(t, t.TempDir()), day("2026-11-16")); err != nil || len(got) != 0 {
		t.Errorf("where nobody sent: %v, %v", got, err)
	}
}

// Nobody who sent today or yesterday is silent, whatever came before; everybody who is silent sent often.
func TestSilentProperty(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		s := open(t, dir+"/"+strings.Repeat("x", 1+n%7)+time.Now().Format("150405.000000000"))
		now := day("2026-11-20")
		sent := map[string]map[int]bool{}
		var m senders.Marker
		for range rapid.IntRange(0, 60).Draw(t, "marks") {
			account := rapid.SampledFrom([]string{"111122223333", "222233334444", "333344445555"}).Draw(t, "account")
			ago := rapid.IntRange(0, 20).Draw(t, "ago")
			if err := m.Mark(s, now.AddDate(0, 0, -ago), []string{account}); err != nil {
				t.Fatal(err)
			}
			if sent[account] == nil {
				sent[account] = map[int]bool{}
			}
			sent[account][ago] = true
		}
		got, err := senders.Look(s, now)
		if err != nil {
			t.Fatal(err)
		}
		silent := map[string]bool{}
		for _, a := range got {
			silent[a.Account] = true
		}
		for account, days := range sent {
			often := 0
			for ago := range days {
				if ago <= senders.Days {
					often++
				}
			}
			if want := !days[0] && !days[1] && often >= senders.Often; silent[account] != want {
				t.Errorf("%s sent %v days ago: silent %v, want %v", account, days, silent[account], want)
			}
		}
	})
}
