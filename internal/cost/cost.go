package cost

import (
	"math"
)

const (
	gb    = 1 << 30
	month = 30.44 // days
	hours = month * 24

	coreMB = 1769 // of memory at which Lambda gives one core; below and above in proportion
)

// The hub's defaults (terraform/modules/hub/main.tf), held to it by a test.
var memoryMB = map[string]float64{"transformer": 1769, "indexer": 1024, "compaction": 1769}

// Line is one part of a bill. Dollars are a month's.
type Line struct {
	What    string  `json:"what"`
	Dollars float64 `json:"dollars"`
	How     string  `json:"how"`
	Beyond  bool    `json:"beyond_clo,omitempty"` // CLO's published figures leave this out
}

// Shape is a way to run Seamark, or what it is compared with.
type Shape struct {
	Name  string  `json:"name"`
	About string  `json:"about"`
	Lines []Line  `json:"lines"`
	Total float64 `json:"total"`
}

// Target is a figure that the estimate is held to.
type Target struct {
	What string  `json:"what"`
	Is   float64 `json:"dollars"`
	Most float64 `json:"most"`
	Met  bool    `json:"met"`
}

// Report is the answer of `seamark cost aws`.
type Report struct {
	GBPerDay    float64     `json:"gb_per_day"` // of log events, uncompressed
	Prices      Prices      `json:"prices"`
	Assumptions Assumptions `json:"assumptions"`
	Measured    Measured    `json:"measured"`
	Shapes      []Shape     `json:"shapes"`
	Targets     []Target    `json:"targets,omitempty"` // at volumes that CLO published
	BreakEven   []BreakEven `json:"break_even"`
	Shares      []Share     `json:"shares,omitempty"` // of the first shape, by product and team
	Notes       []string    `json:"notes"`
}

// Share is what a product and team take of the first shape's bill, by their part of the events.
type Share struct {
	Product string  `json:"product"`
	Team    string  `json:"team"`
	Events  float64 `json:"events_share"` // 0 to 1
	Dollars float64 `json:"dollars"`
}

// estimator knows the volume and what it is reckoned with.
type estimator struct {
	Prices
	Assumptions
	measured Measured
	day      float64 // bytes of log events
}

// Estimate reckons for so many GB (2³⁰ bytes) of log events a day, uncompressed.
func Estimate(gbPerDay float64, p Prices, a Assumptions, m Measured) Report {
	e := &estimator{p, a, m, gbPerDay * gb}
	r := Report{GBPerDay: gbPerDay, Prices: p, Assumptions: a, Measured: m, BreakEven: e.breakEven()}
	r.Shapes = []Shape{e.functions(), e.central(), e.container(), e.appliance(), e.cloudWatch()}
	if clo, published := e.clo(gbPerDay); published {
		r.Shapes = append(r.Shapes, clo)
		r.Targets = e.targets(gbPerDay, r.Shapes[0])
	}
	r.Notes = []string{
		"Lambda is billed duration x memory of the built functions on one core, with 20 ms a GET, 40 ms a PUT and 500 ms for 5 MB of bulk requests; every invocation is taken to start cold. That a core of arm64 does as much as the measured one is an assumption (graviton_speed).",
		"CloudWatch Logs' own ingestion is paid in every shape that begins there, and is in none of the sums but the last.",
		"CLO's figures are those of its implementation guide of October 2022: logs of AWS services that lie in S3 already, without Firehose, requests and compaction. Its 23 warm days have no counterpart here: what is older than the index is searched in the lake.",
	}
	return r
}

// objects are the landing objects of a day, and the bytes of log events in each.
func (e *estimator) objects() (n, raw float64) {
	n = max(86_400/e.BufferSeconds, e.day*e.measured.GzipRatio/(e.BufferMB*1e6))
	return n, e.day / n
}

// lambda is what a function costs for so many runs a day of objects with raw bytes in all.
func (e *estimator) lambda(name string, runs, objects, raw float64) (dollars, seconds float64) {
	f := e.measured.Functions[name].at(objects, raw)
	memory := memoryMB[name]
	seconds = f.cpu/e.Graviton*coreMB/min(memory, coreMB) + f.waits + e.measured.Cold
	return month * runs * (seconds*memory/1024*e.LambdaARM64 + e.LambdaRequests/1e6), seconds
}

func line(what string, dollars float64, how string) Line {
	return Line{What: what, Dollars: dollars, How: how}
}

func beyond(l Line) Line {
	l.Beyond = true
	return l
}

func shape(name, about string, lines ...Line) Shape {
	s := Shape{Name: name, About: about, Lines: lines}
	for _, l := range lines {
		s.Total += l.Dollars
	}
	return s
}

func nodes(size, most, least float64) float64 { return max(least, math.Ceil(size/most)) }

// Divide gives each its part of the first shape's bill.
func (r *Report) Divide(shares []Share) {
	for _, s := range shares {
		s.Dollars = s.Events * r.Shapes[0].Total
		r.Shares = append(r.Shares, s)
	}
}
