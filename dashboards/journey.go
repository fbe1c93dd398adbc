package dashboards

import (
	"context"
	"net/http"
	"time"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query/journey"
)

// maxJourneyBytes is how much of one text a journey carries: a stack trace is what it is about.
const maxJourneyBytes = 16 << 10

// journey answers GET /api/journey?id=…: what one request caused, oldest first. from, to, at and tz
// say when the id is looked for: the last seven days, unless they do.
func (s *Server) journey(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	if values.Get("from") == "" {
		values.Set("from", "now-"+journeySince)
	}
	f, err := s.parseFrame(values)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	span := seamark.Span{From: time.UnixMilli(f.From).UTC(), To: time.UnixMilli(f.To).UTC()}
	j, err := journey.Follow(ctx, s.opts.Searcher.Search, values.Get("id"), span, maxJourneyBytes)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, struct {
		frame
		journey.Journey
	}{f, j})
}

const journeySince = "7d"
