package onboard

import (
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// sequence hands reports on in the order of places, however they come.
type sequence struct {
	places  []inventory.Place // those to come
	waiting map[inventory.Place]*collector.Report
	each    func(*collector.Report)
}

func inOrder(places []inventory.Place, each func(*collector.Report)) *sequence {
	return &sequence{places, map[inventory.Place]*collector.Report{}, each}
}

func (s *sequence) add(r *collector.Report) {
	s.waiting[r.Place] = r
	for len(s.places) > 0 && s.waiting[s.places[0]] != nil {
		s.next()
	}
}

func (s *sequence) next() {
	if r := s.waiting[s.places[0]]; r != nil {
		delete(s.waiting, s.places[0])
		s.each(r)
	}
	s.places = s.places[1:]
}

// flush hands on what waits for a place of which nothing came, because all was ended.
func (s *sequence) flush() {
	for len(s.places) > 0 {
		s.next()
	}
}
