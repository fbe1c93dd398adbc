package cloud

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// What AWS limits, in characters or pieces. Where the figures come from: the SDK's own comments
// (cloudwatch v1.6x, cloudwatchlogs v1.92) and the services' quota pages.
const (
	maxTags          = 50
	maxTagKey        = 128
	maxTagValue      = 256
	maxFilterName    = 512
	maxPattern       = 1024
	maxRegexPattern  = 2 // regular expressions in one filter pattern
	maxRegexGroup    = 5 // in all patterns of a log group
	maxAlarmName     = 255
	maxDescription   = 1024
	maxActions       = 5 // per state
	maxAction        = 1024
	maxRule          = 10_240
	maxChildren      = 100
	maxElements      = 500
	maxParents       = 150
	maxDelete        = 100
	maxDimensions    = 30
	maxDimension     = 1024 // of a value; 255 of a name
	maxQueries       = 20
	maxExpression    = 2048
	maxSpan          = 604_800 // seconds: period times evaluations
	maxSpanShort     = 86_400  // where the period is below an hour
	pageGroups       = 50
	pageFunctions    = 50
	pageREST         = 500 // APIs, and resources of one
	pageHTTP         = 100 // likewise, and stages
	pageAlarms       = 100
	pageTagged       = 100
	maxLogGroupName  = 512
	controlCharacter = 0x20
)

var (
	tagText      = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	logGroupName = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)
)

// faultOfTags is what is wrong with a set of tags; empty when nothing is.
func faultOfTags(tags inventory.Tags) string {
	if len(tags) > maxTags {
		return "more than 50 tags"
	}
	for _, t := range tags {
		switch n, v := utf8.RuneCountInString(t.Key), utf8.RuneCountInString(t.Value); {
		case n < 1 || n > maxTagKey || !tagText.MatchString(t.Key):
			return "tag key " + t.Key
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return "tag key " + t.Key + " is reserved"
		case v > maxTagValue || !tagText.MatchString(t.Value):
			return "value of tag " + t.Key
		}
	}
	return ""
}

func between(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= least && n <= most
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < controlCharacter || r == 0x7f })
}

// isDimension reports whether CloudWatch takes s as a dimension's name or value: printable
// ASCII, not blank.
func isDimension(s string, most int) bool {
	return between(s, 1, most) && !hasControl(s) && strings.TrimSpace(s) != "" &&
		!strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
