package cost

import "fmt"

// BreakEven is where one way begins to cost less than another.
type BreakEven struct {
	Between string  `json:"between"`
	At      float64 `json:"at"` // of Unit; 0: at no volume that was looked at
	Unit    string  `json:"unit"`
	Says    string  `json:"says"`
}

func (e *estimator) breakEven() []BreakEven {
	container := BreakEven{Between: "functions or a container", Unit: "GB a day", Says: "below it the functions' Lambda costs less than one machine that always runs, above it more"}
	container.At = e.crossing(func(e *estimator) bool {
		lambda := 0.0
		for _, l := range e.compute() {
			lambda += l.Dollars
		}
		return lambda > e.machine().Dollars
	})
	if container.At == 0 {
		container.Says = "the functions' Lambda costs less than machines that always run, at any volume"
	}
	managed, own := e.index(true), e.index(false)
	saved := managed[0].Dollars + managed[1].Dollars - own[0].Dollars - own[1].Dollars
	search := BreakEven{Between: "OpenSearch Service or your own", At: saved / e.HourOfWork, Unit: "hours of work a month",
		Says: fmt.Sprintf("your own saves $%.0f a month, if it takes less work than that ($%.0f an hour)", saved, e.HourOfWork)}
	week := 7 * e.day / gb * e.LogsInsights
	insights := BreakEven{Between: "Seamark or Logs Insights", At: e.functions().Total / week, Unit: "questions over a week, a month",
		Says: fmt.Sprintf("so many at $%.2f each cost as much as the functions' whole bill", week)}
	return []BreakEven{container, search, insights}
}

// crossing is the smallest volume, GB a day, from which on what is asked holds; 0: none up to 100 TB.
func (e *estimator) crossing(holds func(*estimator) bool) float64 {
	at := func(gbPerDay float64) bool {
		other := *e
		other.day = gbPerDay * gb
		return holds(&other)
	}
	low, high := 0.1, 100_000.0
	if at(low) || !at(high) {
		return 0
	}
	for high/low > 1.01 {
		if middle := (low + high) / 2; at(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
