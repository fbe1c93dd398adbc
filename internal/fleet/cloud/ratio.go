package cloud

import (
	"regexp"
	"strconv"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// ratio is the one expression of metric math that is evaluated here:
// IF(all >= 20, bad / all, 0).
type ratio struct {
	all, bad string
	least    float64
}

var ratioExpression = regexp.MustCompile(`^IF\(([a-z]\w*) >= (\d+), ([a-z]\w*) / ([a-z]\w*), 0\)$`)

func parseRatio(expression string) (ratio, bool) {
	m := ratioExpression.FindStringSubmatch(expression)
	if m == nil || m[1] != m[4] {
		return ratio{}, false
	}
	least, err := strconv.ParseFloat(m[2], 64)
	return ratio{all: m[1], bad: m[3], least: least}, err == nil
}

// over evaluates it. Where one of the two lacks a point and it counts, there is none.
func (f ratio) over(bad, all []inventory.Point) []inventory.Point {
	of := make(map[int64]float64, len(bad))
	for _, p := range bad {
		of[p.Time] = p.Value
	}
	var points []inventory.Point
	for _, p := range all {
		b, found := of[p.Time]
		switch {
		case p.Value < f.least:
			points = append(points, inventory.Point{Time: p.Time})
		case found:
			points = append(points, inventory.Point{Time: p.Time, Value: b / p.Value})
		}
	}
	return points
}
