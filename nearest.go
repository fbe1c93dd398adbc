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

// distance is how many letters must be put in, left out, replaced or swapped with their neighbour.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
