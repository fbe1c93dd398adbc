package cloud

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// sent is a payload on its way to a filter's destination.
type sent struct {
	destination string
	payload     []byte // as CloudWatch Logs compresses it
}

// forward makes the payloads of what the filters forward of events that came just now: one
// per stream and filter.
func (r *Region) forward(g *logGroup, origin inventory.Place, events []inventory.LogEvent, now time.Time) (out []sent) {
	if r.cloud.opt.Deliver == nil {
		return nil
	}
	for _, f := range g.filters {
		if g.log.forwards[f.Name].After(now) {
			continue
		}
		for from := 0; from < len(events); {
			to := from
			var matching []inventory.LogEvent
			for ; to < len(events) && events[to].Stream == events[from].Stream; to++ {
				if patternMatches(f.Pattern, events[to].Message) {
					matching = append(matching, events[to])
				}
			}
			if len(matching) > 0 {
				out = append(out, sent{f.Destination, r.payload(g.Name, f, origin, matching)})
			}
			from = to
		}
	}
	return out
}

func (r *Region) payload(group string, filter inventory.Filter, origin inventory.Place, events []inventory.LogEvent) []byte {
	type logEvent struct {
		ID        string            `json:"id"`
		Timestamp int64             `json:"timestamp"`
		Message   string            `json:"message"`
		Extracted map[string]string `json:"extractedFields,omitempty"`
	}
	var system map[string]string
	if filter.System {
		system = map[string]string{"@aws.account": origin.Account, "@aws.region": origin.Region}
	}
	p := struct {
		MessageType         string     `json:"messageType"`
		Owner               string     `json:"owner"`
		LogGroup            string     `json:"logGroup"`
		LogStream           string     `json:"logStream"`
		SubscriptionFilters []string   `json:"subscriptionFilters"`
		LogEvents           []logEvent `json:"logEvents"`
	}{"DATA_MESSAGE", r.place.Account, group, events[0].Stream, []string{filter.Name}, nil}
	for _, e := range events {
		p.LogEvents = append(p.LogEvents, logEvent{e.ID, e.Timestamp, e.Message, system})
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers
	}
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	gz.Write(b)
	gz.Close()
	return out.Bytes()
}

var equals = regexp.MustCompile(`^\{ *\$\.(\w+) *= *"([^"]*)" *\}$`)

// patternMatches knows of the pattern language what the tests write: nothing, one equality
// of a JSON field, and terms that must all occur.
func patternMatches(pattern, message string) bool {
	if m := equals.FindStringSubmatch(pattern); m != nil {
		var fields map[string]any
		if json.Unmarshal([]byte(message), &fields) != nil {
			return false
		}
		return fields[m[1]] == m[2]
	}
	for _, term := range strings.Fields(pattern) {
		if !strings.Contains(message, strings.Trim(term, `"`)) {
			return false
		}
	}
	return true
}
