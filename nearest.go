package seamark

import "strings"

// Nearest is the name most like key, for whoever mistyped it: the same but for case and underscores,
// or at most a third of its letters away. Empty when none is.
func Nearest(key string, names []string) string {
	fold := func(s string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	if len(key) > 64 {
		return ""
	}
	best, least := "", len(key)/3+1
	for _, n := range names {
		if d := distance(fold(key), fold(n)); d < least || d == 0 {
			best, least = n, d
		}
	}
	return best
}

// distance is Levenshtein's: insertions, deletions and substitutions.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
