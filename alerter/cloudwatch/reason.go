package cloudwatch

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// finding is what AWS's sentence about a state says in figures.
type finding struct {
	value      number
	threshold  number
	band       *seamark.Band
	comparison seamark.Comparison
	compared   bool // a comparison was named
	missing    bool // data that is missing counts as breaching
}

const figure = `[-+]?[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?`

var (
	// A list of data points, each perhaps with its time as dd/mm/yy: "[97.0 (30/11/26 02:53:00), 96.1 (…)]".
	// It follows "datapoints", "query results" or "which crossed the threshold:".
	pointList = regexp.MustCompile(`(?:datapoints?|query results?|values?|crossed the threshold|recent)[^\[\]]{0,40}?\[\s*(` + figure + `[^\]]*)\]`)
	// As of 2016 and before: "1 datapoint (97.0) was …".
	pointAlone = regexp.MustCompile(`(?:datapoints?|query results?)\s*\(\s*(` + figure + `)\s*\)`)
	onePoint   = regexp.MustCompile(`(` + figure + `)(?:\s*\((\d\d/\d\d/\d\d \d\d:\d\d:\d\d)\))?`)
	limitWords = regexp.MustCompile(`threshold \(\s*(` + figure + `)\s*\)`)
	lowerWords = regexp.MustCompile(`lower thresholds?:?\s*[\[(]\s*(` + figure + `)`)
	upperWords = regexp.MustCompile(`upper thresholds?:?\s*[\[(]\s*(` + figure + `)`)
	lessWords  = regexp.MustCompile(`(?:was|were) (?:not )?less than`)
	moreWords  = regexp.MustCompile(`(?:was|were) (?:not )?greater than`)
	lostWords  = regexp.MustCompile(`(?i)(?:no datapoints (?:was|were) received|missing datapoints?)[^.]*treated as \[Breaching\]`)
)

// readReason takes the newest data point and the limits out of a state's reason, in every
// wording that AWS has used: "Threshold Crossed: 1 out of the last 1 datapoints [0.12
// (22/11/26 15:58:00)] was greater than the threshold (0.05) …".
func readReason(reason string) finding {
	reason = words.Clip(reason, 4096)
	f := finding{missing: lostWords.MatchString(reason)}
	if m := pointList.FindStringSubmatch(reason); m != nil {
		f.value = newest(m[1])
	} else if m := pointAlone.FindStringSubmatch(reason); m != nil {
		f.value = newest(m[1])
	}
	if m := limitWords.FindStringSubmatch(reason); m != nil {
		f.threshold = parseFigure(m[1])
	}
	low, high := lowerWords.FindStringSubmatch(reason), upperWords.FindStringSubmatch(reason)
	less, more := lessWords.MatchString(reason), moreWords.MatchString(reason)
	switch {
	case low != nil && high != nil:
		f.band = &seamark.Band{Low: parseFigure(low[1]).v, High: parseFigure(high[1]).v}
		f.comparison, f.compared = seamark.Outside, true
	case low != nil:
		f.threshold, f.comparison, f.compared = parseFigure(low[1]), seamark.Below, true
	case high != nil:
		f.threshold, f.compared = parseFigure(high[1]), true
	case less && !more:
		f.comparison, f.compared = seamark.Below, true
	case more && !less:
		f.compared = true
	}
	return f
}

// newest is the latest of a list of data points by their times. A list without times is
// as old as AWS's first wording, which put the newest last.
func newest(list string) number {
	var best number
	var at time.Time
	for _, p := range onePoint.FindAllStringSubmatch(list, 100) {
		n := parseFigure(p[1])
		t, _ := time.Parse("02/01/06 15:04:05", p[2])
		if !n.known || best.known && t.Before(at) || best.known && p[2] != "" && t.Equal(at) {
			continue
		}
		best, at = n, t
	}
	return best
}

func parseFigure(s string) number {
	v, err := strconv.ParseFloat(strings.TrimRight(strings.ReplaceAll(s, ",", ""), "."), 64)
	if err != nil || words.Finite(v) != v {
		return number{}
	}
	return number{v, true}
}

// reasonData is the JSON beside a state's reason.
type reasonData struct {
	RecentDatapoints list[number] `json:"recentDatapoints"`
	Lower            list[number] `json:"recentLowerThresholds"`
	Upper            list[number] `json:"recentUpperThresholds"`
	Evaluated        list[struct {
		Timestamp text   `json:"timestamp"`
		Value     number `json:"value"`
	}] `json:"evaluatedDatapoints"`
	Threshold  number `json:"threshold"`
	Period     number `json:"period"`
	Unit       text   `json:"unit"`
	Statistic  text   `json:"statistic"`
	Triggering list[struct {
		ARN   text `json:"arn"`
		State struct {
			Value     text `json:"value"`
			Timestamp text `json:"timestamp"`
		} `json:"state"`
	}] `json:"triggeringAlarms"`
}

// fill puts what the data say where the sentence said nothing.
func (f *finding) fill(d reasonData) {
	if !f.value.known {
		var at time.Time
		for _, e := range d.Evaluated {
			if t := parseTime(string(e.Timestamp)); e.Value.known && (!f.value.known || t.After(at)) {
				f.value, at = e.Value, t
			}
		}
	}
	last := func(l list[number]) number {
		if len(l) == 0 {
			return number{}
		}
		return l[len(l)-1]
	}
	if !f.value.known {
		f.value = last(d.RecentDatapoints)
	}
	if low, high := last(d.Lower), last(d.Upper); f.band == nil && low.known && high.known {
		f.band, f.comparison, f.compared = &seamark.Band{Low: low.v, High: high.v}, seamark.Outside, true
	}
	if !f.threshold.known {
		f.threshold = d.Threshold
	}
}

var transition = regexp.MustCompile(`(arn:[a-z0-9-]+:cloudwatch:[a-z0-9-]*:\d*:alarm:.+?) transitioned to ([A-Z_]+) at (?:[A-Z][a-z]+ )?(\d{1,2} [A-Z][a-z]+, \d{4} \d\d:\d\d:\d\d) UTC`)

// childrenOf reads the children out of a composite's reason, where nothing else names them.
func childrenOf(reason string) []seamark.Child {
	var children []seamark.Child
	for _, m := range transition.FindAllStringSubmatch(words.Clip(reason, 4096), maxChildren) {
		at, _ := time.Parse("2 January, 2006 15:04:05", m[3])
		children = append(children, seamark.Child{Name: nameOfARN(m[1]), State: stateOf(m[2]), Since: at})
	}
	return slices.DeleteFunc(children, func(c seamark.Child) bool { return c.Name == "" })
}

// maxChildren bounds the children of a composite that are kept.
const maxChildren = 20

func nameOfARN(arn string) string {
	_, _, _, resource, _ := seamark.SplitARN(arn)
	name, ok := strings.CutPrefix(resource, "alarm:")
	if !ok {
		return ""
	}
	return words.Clip(name, 512)
}
