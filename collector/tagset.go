package collector

import (
	"encoding/binary"
	"strings"
	"sync"
)

// tagSets keeps equal sets of tags, and equal words in them, once: in a place hundreds of
// resources carry the same, and thousands of places are swept side by side. The zero value
// is ready; it is safe for concurrent use.
type tagSets struct {
	mu    sync.Mutex
	sets  map[string]Tags
	words map[string]string
	text  []byte // scratch
}

// keep returns those of the tags that a sweep looks at.
func (s *tagSets) keep(cfg *Config, tags Tags) Tags {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	s.text = s.text[:0]
	for _, t := range tags {
		if cfg.concerns(t.Key) {
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
		if cfg.concerns(t.Key) {
			set = append(set, Tag{s.word(t.Key), s.value(t)})
		}
	}
	if _, alarm := set.Get(hashTag); !alarm { // no two alarms have the same
		s.sets[string(s.text)] = set
	}
	return set
}

func (s *tagSets) value(t Tag) string {
	if t.Key == hashTag {
		return strings.Clone(t.Value)
	}
	return s.word(t.Value)
}

func (s *tagSets) word(w string) string {
	have, found := s.words[w]
	if !found {
		have = strings.Clone(w)
		s.words[have] = have
	}
	return have
}

// resourceOf is the last part of an ARN, "log-group:/app": within a place it says enough. It is a
// copy, so that the ARN need not be kept.
func resourceOf(arn string) string {
	rest := strings.TrimSuffix(arn, ":*")
	for range 5 {
		_, rest, _ = strings.Cut(rest, ":")
	}
	return strings.Clone(rest)
}
