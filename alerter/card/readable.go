package card

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// readable makes lines of a description that is JSON of somebody else's: "team: payments".
// Any other text stays as it is.
func readable(desc string) string {
	var object map[string]any
	if json.Unmarshal([]byte(desc), &object) != nil || len(object) == 0 {
		return desc
	}
	var lines []string
	for key, v := range object {
		switch v := v.(type) {
		case string:
			lines = append(lines, key+": "+strings.Join(strings.Fields(v), " "))
		case nil:
		case map[string]any, []any:
			if b, err := json.Marshal(v); err == nil {
				lines = append(lines, key+": "+string(b))
			}
		default:
			lines = append(lines, fmt.Sprintf("%s: %v", key, v))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
