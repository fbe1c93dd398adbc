// Package local runs the Lambda functions on this machine, by the handlers that AWS runs.
package local

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/functions/alerter"
	"github.com/seamark-hq/seamark/internal/functions/collector"
	"github.com/seamark-hq/seamark/internal/functions/indexer"
	"github.com/seamark-hq/seamark/internal/functions/transformer"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
)

// functions are the Lambda functions by their names.
var functions = map[string]func(context.Context, *coldstart.Start) (lambda.Work, error){
	"collector": collector.New, "transformer": transformer.New, "indexer": indexer.New, "alerter": alerter.New,
}

// Names lists the names of the Lambda functions.
func Names() []string { return slices.Sorted(maps.Keys(functions)) }

// Options say which Lambda function to run on this machine, and on what.
type Options struct {
	Function string
	Lake     string
	Config   *config.Config
	Event    []byte
	Timeout  time.Duration
	Log      io.Writer // takes what Lambda would write into the log group
}

// Invoke runs a Lambda function once, on this machine: the same handler as in AWS.
// What it would put into its queue it does at once. The answer is JSON.
func Invoke(ctx context.Context, o Options) ([]byte, error) {
	open := functions[o.Function]
	if open == nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: o.Function, What: "there is no such function", Remedy: "use one of " + strings.Join(Names(), ", ")}
	}
	store, err := coldstart.OpenStore(ctx, o.Lake)
	if err != nil {
		return nil, err
	}
	log := lambda.NewLog(o.Log)
	work, err := open(ctx, &coldstart.Start{Config: o.Config, Store: store, Log: log, Meter: lambda.NewMeter(o.Log)})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	return lambda.NewHandler(work, log).Invoke(ctx, o.Event)
}
