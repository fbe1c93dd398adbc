// Package states reads the states of the alarms of a place, as DescribeAlarms answers them:
// what no message told is found there.
package states

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// maxAlarmPages bounds the pages of 100 alarms that are read of one place.
const maxAlarmPages = 1000

// Teller tells the states of the alarms of a place, as DescribeAlarms answers, by pages.
type Teller interface {
	AlarmStates(ctx context.Context, p inventory.Place, token string) (page []byte, next string, err error)
}

// Ours leaves out what fires of others and was never told here: their alarms ring where
// they say, not here.
func Ours(all []seamark.Alarm, known map[string]bool) []seamark.Alarm {
	var list []seamark.Alarm
	for _, a := range all {
		if a.State == seamark.AlarmOK || known[a.Base()] || strings.HasPrefix(a.Name, "seamark/") {
			list = append(list, a)
		}
	}
	return list
}

// Of reads all alarms of one place.
func Of(ctx context.Context, t Teller, p inventory.Place) ([]seamark.Alarm, error) {
	var all []seamark.Alarm
	token := ""
	for range maxAlarmPages {
		page, next, err := t.AlarmStates(ctx, p, token)
		if err != nil {
			return nil, err
		}
		var lists map[string][]json.RawMessage
		if err := json.Unmarshal(page, &lists); err != nil {
			return nil, err
		}
		if len(lists["MetricAlarms"])+len(lists["CompositeAlarms"]) > 0 {
			alarms, err := cloudwatch.Parse(page)
			if err != nil { // one that cannot be read would count as deleted
				return nil, err
			}
			all = append(all, alarms...)
		}
		if token = next; token == "" {
			return all, nil
		}
	}
	return nil, errors.New("the list of alarms has no end")
}
