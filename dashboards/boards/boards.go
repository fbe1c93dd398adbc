package boards

import seamark "github.com/seamark-hq/seamark"

// Board is a page of panels.
type Board struct {
	Name   string // of the address: a slug
	Title  string
	Doc    string // one line: what it answers
	Panels []Panel
}

// Panel is one picture.
type Panel struct {
	Name  string // unique on its board: a slug
	Title string
	Doc   string // one line: how to read it
	Table seamark.Table
	Text  string // which rows, in the search language; empty: all of the table
	Shape Shape
	By    string // column that bars are split by, or that Top's rows are of; empty: not split
	Of    string // numeric column of Lines and Top; of Top empty: rows are counted only
	Part  string // of Share: which of the rows are counted, in the search language
	Half  bool   // takes half of the width
}

// Shape is how a panel is drawn.
type Shape string

// The shapes.
const (
	Bars  Shape = "bars"  // rows over time, split by By
	Lines Shape = "lines" // average and 95th percentile of Of over time
	Top   Shape = "top"   // a table: the ten values of By with the most rows; with Of those with the highest 95th percentile, and average and rows beside
	Share Shape = "share" // Part's rows in percent of all over time, a line for each value of By
	Rows  Shape = "rows"  // the rows themselves, newest first
)

// All lists the boards.
func All() []Board {
	return []Board{
		{Name: "health", Title: "Health", Doc: "Is a product well: what it answers, how fast, and what it logs as errors.", Panels: []Panel{
			{Name: "success", Title: "Answered with 200 to 399, percent", Doc: "Of all requests with a status, by component. A dip is an outage.",
				Table: seamark.TableAccessLogs, Text: "status:>=100", Shape: Share, By: "component", Part: "status:[200 TO 399]"},
			{Name: "errors", Title: "Error messages", Doc: "Logged as ERROR or FATAL, by component.",
				Table: seamark.TableLogs, Text: "level:>=ERROR", Shape: Bars, By: "component", Half: true},
			{Name: "statuses", Title: "Requests that failed", Doc: "Answered with 500 and above, by component.",
				Table: seamark.TableAccessLogs, Text: "status:>=500", Shape: Bars, By: "component", Half: true},
			{Name: "latency", Title: "Latency, ms", Doc: "Average, and what 95 of 100 requests stay below.",
				Table: seamark.TableAccessLogs, Text: "latency_ms:>=0", Shape: Lines, Of: "latency_ms", Half: true},
			{Name: "slowest", Title: "Slowest routes", Doc: "By their 95th percentile.",
				Table: seamark.TableAccessLogs, Text: "latency_ms:>=0", Shape: Top, By: "route", Of: "latency_ms", Half: true},
			{Name: "throttled", Title: "Throttled requests", Doc: "Answered with 429, by component.",
				Table: seamark.TableAccessLogs, Text: "status:429", Shape: Bars, By: "component", Half: true},
			{Name: "cold-starts", Title: "Cold starts", Doc: "Reports of invocations that had to start their function, by function.",
				Table: seamark.TableLogs, Text: "event_name:platform.report initDurationMs", Shape: Bars, By: "component", Half: true},
		}},
		{Name: "logs", Title: "Logs", Doc: "What is logged, and by whom.", Panels: []Panel{
			{Name: "levels", Title: "Log events", Doc: "By level.", Table: seamark.TableLogs, Shape: Bars, By: "level"},
			{Name: "rows", Title: "Newest", Doc: "The rows that the filters leave.", Table: seamark.TableLogs, Shape: Rows},
		}},
		{Name: "volume", Title: "Volume", Doc: "Who sends how much: what storage and search cost is shared out by.", Panels: []Panel{
			{Name: "products", Title: "Log events by product", Doc: "Over time.", Table: seamark.TableLogs, Shape: Bars, By: "product", Half: true},
			{Name: "requests", Title: "Requests by product", Doc: "Over time.", Table: seamark.TableAccessLogs, Shape: Bars, By: "product", Half: true},
			{Name: "teams", Title: "Log events by team", Doc: "In the time shown.", Table: seamark.TableLogs, Shape: Top, By: "team", Half: true},
			{Name: "sources", Title: "Log groups with the most events", Doc: "In the time shown.", Table: seamark.TableLogs, Shape: Top, By: "source", Half: true},
		}},
	}
}

// Named returns the board of that name.
func Named(name string) (Board, bool) {
	for _, b := range All() {
		if b.Name == name {
			return b, true
		}
	}
	return Board{}, false
}
