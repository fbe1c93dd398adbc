package cost

// What CLO (Centralized Logging with OpenSearch, an AWS solution) published in the cost section of its implementation
// guide, revision of October 2022: a month of Lambda by GB of logs a day, and the whole at 100 GB a
// day with 7 hot and 23 warm days and no replica.
var cloLambda = map[float64]float64{10: 1.33, 100: 13.34, 1000: 133.4}

const cloWhole, cloWholeAt = 1005.59, 100

// The shares of CLO's figures that Seamark may cost.
const (
	mostOfLambda = 0.5
	mostOfWhole  = 0.4
)

// clo is the published table with the storage of the lake at our ratio on its side too.
func (e *estimator) clo(gbPerDay float64) (Shape, bool) {
	lambda, published := cloLambda[gbPerDay]
	if !published {
		return Shape{}, false
	}
	lines := []Line{line("Lambda", lambda, "published: 260 ms a MB at 1 GB, x86"), e.storage()[1]}
	if gbPerDay == cloWholeAt {
		lines = append(lines, line("all else", cloWhole-lambda, "published, with 23 warm days"))
	}
	return shape("CLO", "the published figures of Centralized Logging with OpenSearch", lines...), true
}

// targets compares with CLO where it published figures.
func (e *estimator) targets(gbPerDay float64, ours Shape) []Target {
	lambda, whole := 0.0, 0.0
	for _, l := range ours.Lines {
		whole += l.Dollars
		if l.What == "Lambda: transformer" || l.What == "Lambda: indexer" {
			lambda += l.Dollars
		}
	}
	most := mostOfLambda * cloLambda[gbPerDay]
	targets := []Target{{"Lambda of transformer and indexer, at most half of CLO's", lambda, most, lambda <= most}}
	if gbPerDay == cloWholeAt {
		targets = append(targets, Target{"the whole, at most 40% of CLO's", whole, mostOfWhole * cloWhole, whole <= mostOfWhole*cloWhole})
	}
	return targets
}
