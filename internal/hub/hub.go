// Package hub knows the names of a hub in AWS, as terraform/modules/hub gives them: for those
// who look at it from outside.
package hub

import "strings"

// DefaultName begins the name of everything, unless somebody chose another.
const DefaultName = "seamark"

// Stage is a function of the hub with the queue that it works off.
type Stage struct{ Function, Queue string }

// Stages are those of the hub, in the order of the data.
func Stages() []Stage {
	return []Stage{{"collector", "collect"}, {"transformer", "transform"}, {"indexer", "index"}, {"alerter", "alert"}}
}

// Of returns the stage of a function or queue by its own name ("transform"), or by that which it
// has in AWS ("seamark-transform", "seamark-transform-dlq").
func Of(name, called string) (Stage, bool) {
	called = strings.TrimSuffix(strings.TrimPrefix(called, name+"-"), "-dlq")
	for _, s := range Stages() {
		if called == s.Function || called == s.Queue {
			return s, true
		}
	}
	return Stage{}, false
}

// QueueName is the name of a stage's queue.
func (s Stage) QueueName(hub string) string { return hub + "-" + s.Queue }

// DeadName is the name of the queue that keeps what nobody could work off.
func (s Stage) DeadName(hub string) string { return hub + "-" + s.Queue + "-dlq" }

// FunctionName is the name of its function.
func (s Stage) FunctionName(hub string) string { return hub + "-" + s.Function }

// LogGroup is where its function logs.
func (s Stage) LogGroup(hub string) string { return "/aws/lambda/" + hub + "-" + s.Function }
