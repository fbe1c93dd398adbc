package state

// Gap is a span of a log group's history that no filter forwarded, and how far it has
// been fetched; see collector/history. Times are Unix milliseconds.
type Gap struct {
	From  int64  `json:"from"`            // what CloudWatch Logs took from then on; of a backfill: what happened from then on
	To    int64  `json:"to"`              // 0: until the filter is there
	Was   string `json:"was,omitempty"`   // product of the filter that went
	Doubt bool   `json:"doubt,omitempty"` // the rest may have been forwarded
	At    int64  `json:"at,omitempty"`    // events that happened before are landed; 0: none yet
	Width int64  `json:"width,omitempty"` // of the next window, milliseconds
	Began int64  `json:"began,omitempty"` // the time in the names of the landing objects
}

// Gaps are the pending ones, or those of backfills.
func (s *State) Gaps(backfill bool) map[string]Gap {
	if !backfill {
		return s.Pending
	}
	if s.Backfills == nil {
		s.Backfills = map[string]Gap{}
	}
	return s.Backfills
}

// Same reports whether two gaps are one, perhaps at different points of its fetch.
func (g Gap) Same(o Gap) bool { return g.To == o.To && (g.From == o.From || g.Doubt || o.Doubt) }

// Further reports whether g is at least as far as o.
func (g Gap) Further(o Gap) bool {
	if g.Doubt != o.Doubt {
		return g.Doubt
	}
	return g.At >= o.At
}
