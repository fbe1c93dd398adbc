package s3

import (
	"context"
	"crypto/sha256"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// A listing costs a request for each 1,000 keys, and has no "since". Keys carry their hour,
// so most news is found by listing the hours around now; all hours are listed seldom.
const (
	hotHours   = 3                    // besides the present one and the next
	sweepPace  = 5 * time.Millisecond // times the number of keys: between two listings of all
	sweepLeast = 5 * time.Minute
)

// memory is what News has shown.
type memory struct {
	known   map[print]struct{} // about 40 bytes each
	parents []string           // prefixes below which the hours lie
	swept   time.Time
}

// print stands for an object's key and tag: one that was replaced is news again.
type print [16]byte

func printOf(i *info) print {
	sum := sha256.Sum256([]byte(i.key + "\n" + i.etag))
	return print(sum[:16])
}

// News implements lake.Store. Objects that are new in an hour long past are shown within
// sweepLeast, or 5 ms for each object below prefix if that is longer.
func (s *Store) News(ctx context.Context, prefix string, seen *lake.Seen, fn func(key string)) error {
	defer s.ahead.clear()
	return s.news(ctx, prefix, seen, func(page []*info) {
		s.ahead.fetch(ctx, s, page)
		for _, i := range page {
			fn(i.key)
			s.ahead.drop(i.key)
		}
	})
}

// ListNews implements lake.Lister.
func (s *Store) ListNews(ctx context.Context, prefix string, seen *lake.Seen, fn func(key string, e fs.DirEntry)) error {
	return s.news(ctx, prefix, seen, func(page []*info) {
		for _, i := range page {
			fn(i.key, i)
		}
	})
}

func (s *Store) news(ctx context.Context, prefix string, seen *lake.Seen, show func([]*info)) error {
	if _, err := s.name(prefix); err != nil {
		return err
	}
	return seen.Memory(func(kept *any) error {
		m, _ := (*kept).(*memory)
		if m == nil {
			m = &memory{known: map[print]struct{}{}}
			*kept = m
		}
		now := time.Now()
		pace := max(sweepLeast, time.Duration(len(m.known))*sweepPace)
		if seen.TakeEverywhere() || now.Sub(m.swept) >= pace {
			return s.sweep(ctx, prefix, m, now, show)
		}
		for _, parent := range m.parents {
			for h := -hotHours; h <= 1; h++ {
				hour := now.Add(time.Duration(h) * time.Hour).UTC().Format("2006/01/02/15")
				if err := s.pages(ctx, parent+hour+"/", func(page []*info) error { m.show(page, m.known, show); return ctx.Err() }); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

var hourPattern = regexp.MustCompile(`^(.*?)\d{4}/\d{2}/\d{2}/\d{2}/`)

// sweep lists all, and forgets what is gone.
func (s *Store) sweep(ctx context.Context, prefix string, m *memory, now time.Time, show func([]*info)) error {
	there := make(map[print]struct{}, len(m.known))
	parents := map[string]bool{prefix + "/": true}
	err := s.pages(ctx, prefix+"/", func(page []*info) error {
		for _, i := range page {
			there[printOf(i)] = struct{}{}
			if p := hourPattern.FindStringSubmatch(i.key); p != nil {
				parents[strings.Clone(p[1])] = true
			}
		}
		m.show(page, there, show)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	m.known, m.parents, m.swept = there, slices.Sorted(maps.Keys(parents)), now
	return nil
}

// show passes on what is new of a page, and notes it.
func (m *memory) show(page []*info, into map[print]struct{}, show func([]*info)) {
	var fresh []*info
	for _, i := range page {
		p := printOf(i)
		if _, known := m.known[p]; !known {
			fresh = append(fresh, i)
		}
		into[p] = struct{}{}
	}
	if len(fresh) > 0 {
		show(fresh)
	}
}
