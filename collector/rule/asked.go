package rule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// ParseAsked reads what a tag says of a rule of people's own: "on", "off", "<threshold>" or
// "<threshold>/<minutes>". What it does not say is zero. The problem is in words a team
// understands; empty when there is none.
func ParseAsked(value string) (on bool, threshold float64, window seamark.Duration, problem string) {
	const use = "use on, off, a threshold, or threshold/minutes: 20/10"
	text := strings.ToLower(strings.TrimSpace(value))
	if text == "on" || text == "off" {
		return text == "on", 0, 0, ""
	}
	figure, minutes, both := strings.Cut(text, "/")
	threshold, err := strconv.ParseFloat(strings.TrimSpace(figure), 64)
	if err != nil || !(threshold > 0) || math.IsInf(threshold, 0) || strings.ContainsAny(figure, "xXpP_") {
		return false, 0, 0, fmt.Sprintf("'%s' is not a threshold: %s", value, use)
	}
	if both {
		n, err := strconv.Atoi(strings.TrimSpace(minutes))
		if err != nil || n < 1 || n > maxMinutes {
			return false, 0, 0, fmt.Sprintf("'%s' is not a number of minutes from 1 to %d: %s", minutes, maxMinutes, use)
		}
		window = seamark.Duration(time.Duration(n) * time.Minute)
	}
	return true, threshold, window, ""
}
