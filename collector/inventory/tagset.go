package inventory

import (
	"encoding/binary"
	"strings"
	"sync"
)

// TagSets keeps equal sets of tags, and equal words in them, once: in a place hundreds of
// resources carry the same, and thousands of places are swept side by side. It is
// safe for concurrent use.
type TagSets struct {
	Unique string // key of a tag of which hardly two resources have the same value

	mu    sync.Mutex
	sets  map[string]Tags
	words map[string]string
	text  []byte // scratch
}

// Keep returns those of the tags whose keys concern the sweep.
func (s *TagSets) Keep(tags Tags, concerns func(key string) bool) Tags {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	s.text = s.text[:0]
	for _, t := range tags {
		if concerns(t.Key) {
			n++
			s.text = append(binary.AppendUvarint(s.text, uint64(len(t.Key))), t.Key...)
			s.text = append(binary.AppendUvarint(s.text, uint64(len(t.Value))), t.Value...)
		}
	}
	if n == 0 {
		return nil
	}
	if have, found := s.sets[string(s.text)]; found {
		return have
	}
	if s.sets == nil {
		s.sets, s.words = map[string]Tags{}, map[string]string{}
	}
	set := make(Tags, 0, n)
	for _, t := range tags {
		if concerns(t.Key) {
			set = append(set, Tag{s.word(t.Key), s.value(t)})
		}
	}
	if _, one := set.Get(s.Unique); !one {
		s.sets[string(s.text)] = set
	}
	return set
}

func (s *TagSets) value(t Tag) string {
	if t.Key == s.Unique {
		return strings.Clone(t.Value)
	}
	return s.word(t.Value)
}

func (s *TagSets) word(w string) string {
	have, found := s.words[w]
	if !found {
		have = strings.Clone(w)
		s.words[have] = have
	}
	return have
}

// ResourceOf is the last part of an ARN, "log-group:/app": within a place it says enough. It is a
// copy, so that the ARN need not be kept.
func ResourceOf(arn string) string {
	rest := strings.TrimSuffix(arn, ":*")
	for range 5 {
		_, rest, _ = strings.Cut(rest, ":")
	}
	return strings.Clone(rest)
}
