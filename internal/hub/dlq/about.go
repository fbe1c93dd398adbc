package dlq

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/internal/lambda"
)

// About says in a few words what a message asks for, whichever queue it is of.
func About(body []byte) string {
	m, err := lambda.ReadMessage(body)
	switch {
	case err == nil && len(m.Objects) > 0:
		keys := make([]string, len(m.Objects))
		for i, o := range m.Objects {
			keys[i] = o.Key
		}
		return some(keys)
	case err == nil && m.Do != "":
		return "do " + m.Do + details(body)
	}
	if alarms, err := cloudwatch.Parse(body); err == nil && len(alarms) > 0 {
		names := make([]string, len(alarms))
		for i, a := range alarms {
			names[i] = "alarm " + a.Name
		}
		return some(names)
	}
	var event struct {
		DetailType string `json:"detail-type"`
		Account    string
		Region     string
		Places     []string
		Detail     struct{ EventName string }
	}
	if json.Unmarshal(body, &event) == nil {
		switch {
		case event.DetailType != "":
			return strings.TrimSpace(fmt.Sprintf("%s %s %s/%s", event.DetailType, event.Detail.EventName, event.Account, event.Region))
		case len(event.Places) > 0:
			return "sweep " + some(event.Places)
		}
	}
	return "no event that is known"
}

// details are what an order of ours is about.
func details(body []byte) string {
	var d struct {
		Key, Hour string
		Entries   []string
	}
	_ = json.Unmarshal(body, &d) // an order without them has none
	switch {
	case d.Key != "":
		return " " + d.Key
	case d.Hour != "":
		return " " + d.Hour
	case len(d.Entries) > 0:
		return " " + some(d.Entries)
	}
	return ""
}

func some(all []string) string {
	if len(all) == 1 {
		return all[0]
	}
	return fmt.Sprintf("%s and %d more", all[0], len(all)-1)
}
