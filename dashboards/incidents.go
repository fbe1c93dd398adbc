package dashboards

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark"
)

// maxListed is how many incidents one listing carries.
const maxListed = 500

type incidentsAnswer struct {
	Now       int64              `json:"now"`       // Unix milliseconds, the server's clock
	Incidents []seamark.Incident `json:"incidents"` // open first, the longest-lasting on top; then the last resolved
	More      int                `json:"more"`      // how many were left out
	Said      []Said             `json:"said"`      // of each of them
}

// incidents answers GET /api/incidents. Patterns, series and timelines are left out.
func (s *Server) incidents(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	list, err := s.opts.Incidents.List(ctx)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	out := incidentsAnswer{Now: s.opts.Now().UnixMilli(), Incidents: slices.Clone(list)}
	slices.SortStableFunc(out.Incidents, byUrgency)
	if extra := len(out.Incidents) - maxListed; extra > 0 {
		out.Incidents, out.More = out.Incidents[:maxListed], extra
	}
	for i := range out.Incidents {
		out.Said = append(out.Said, s.say(&out.Incidents[i]))
		in := safeLinks(out.Incidents[i])
		in.Patterns, in.Series, in.Timeline = nil, nil, nil
		out.Incidents[i] = in
	}
	if out.Incidents == nil {
		out.Incidents = []seamark.Incident{}
	}
	s.answer(w, r, out)
}

func (s *Server) say(in *seamark.Incident) Said {
	if s.opts.Say == nil {
		return Said{}
	}
	return s.opts.Say(in, s.opts.Now())
}

func byUrgency(a, b seamark.Incident) int {
	aOpen, bOpen := a.Status != seamark.IncidentResolved, b.Status != seamark.IncidentResolved
	switch {
	case aOpen != bOpen && aOpen:
		return -1
	case aOpen != bOpen:
		return 1
	case aOpen:
		return a.OpenedAt.Compare(b.OpenedAt)
	}
	return b.ResolvedAt.Compare(a.ResolvedAt)
}

type incidentAnswer struct {
	Now      int64            `json:"now"` // Unix milliseconds, the server's clock
	Incident seamark.Incident `json:"incident"`
	Said     Said             `json:"said"`
	Patterns []patternJSON    `json:"patterns"`
	Cards    Cards            `json:"cards"`
}

// patternJSON is a pattern whose sample is a row as listings have it.
type patternJSON struct {
	Fingerprint string      `json:"fingerprint"`
	Count       int64       `json:"count"`
	First       time.Time   `json:"first"`
	Last        time.Time   `json:"last"`
	Sample      seamark.Hit `json:"sample"`
}

// incident answers GET /api/incidents/{id} with its cards.
func (s *Server) incident(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	in, cards, err := s.opts.Incidents.Get(ctx, r.PathValue("id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	out := incidentAnswer{Now: s.opts.Now().UnixMilli(), Incident: safeLinks(in), Said: s.say(&in), Patterns: []patternJSON{}, Cards: cards.wellFormed()}
	for _, p := range in.Patterns {
		out.Patterns = append(out.Patterns, patternJSON{Fingerprint: p.Fingerprint, Count: p.Count, First: p.First, Last: p.Last, Sample: p.Sample.Shorten(maxTextBytes)})
	}
	out.Incident.Patterns = nil
	s.answer(w, r, out)
}

// wellFormed drops a card that is not JSON, which would spoil the whole answer.
func (c Cards) wellFormed() Cards {
	if !json.Valid(c.Slack) {
		c.Slack = nil
	}
	if !json.Valid(c.Teams) {
		c.Teams = nil
	}
	return c
}

// safeLinks returns a copy of the incident whose runbooks may be followed.
func safeLinks(in seamark.Incident) seamark.Incident {
	in.Runbook = webLink(in.Runbook)
	in.Alarms = slices.Clone(in.Alarms)
	for i := range in.Alarms {
		in.Alarms[i].Runbook = webLink(in.Alarms[i].Runbook)
	}
	return in
}

// webLink returns link if it is an absolute http or https URL, else "": a tag may say
// "javascript:…".
func webLink(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
