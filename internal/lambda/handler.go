package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	seamark "github.com/seamark-hq/seamark"
)

// Reserve is the time kept back of an invocation, for the answer and the last log line.
const Reserve = time.Second

// Start hands the events of this function to work, until Lambda ends the process: between
// invocations, when nothing is under way.
func Start(ctx context.Context, work Work, log *slog.Logger) {
	lambda.StartWithOptions(NewHandler(work, log), lambda.WithContext(ctx))
}

// NewHandler is what Start starts.
func NewHandler(work Work, log *slog.Logger) lambda.Handler { return &handler{work, log} }

type handler struct {
	work Work
	log  *slog.Logger
}

// Invoke takes one event. Only an error that trying again may mend, or that somebody must
// see, fails the invocation.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	began := time.Now()
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-Reserve))
		defer cancel()
	}
	log := h.log
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		log = log.With("request_id", lc.AwsRequestID)
	}
	e, err := readEvent(payload)
	if err != nil {
		log.ErrorContext(ctx, "event refused", "error", err)
		return nil, err
	}
	answer, failed, err := h.do(ctx, e, payload, log)
	level, attrs := slog.LevelInfo, []any{"kind", string(e.kind), "messages", len(e.bodies), "failed", failed, "duration_ms", time.Since(began).Milliseconds()}
	if err != nil {
		level, attrs = slog.LevelError, append(attrs, "error", err)
	}
	log.Log(ctx, level, "invoked", attrs...)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// do gives the answer, the number of messages that failed, and the invocation's error.
func (h *handler) do(ctx context.Context, e event, payload []byte, log *slog.Logger) (any, int, error) {
	switch e.kind {
	case schedule:
		return nil, 0, Guard(func() error { return h.work.Schedule(ctx) })
	case direct:
		var answer any
		err := Guard(func() (err error) {
			answer, err = h.work.Invoke(ctx, payload)
			return err
		})
		return answer, 0, err
	}
	errs := h.batch(ctx, e.bodies)
	var response events.SQSEventResponse
	failed := 0
	for i, err := range errs {
		if err == nil {
			continue
		}
		failed++
		id := ""
		if e.kind == queue {
			id = e.ids[i]
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
		}
		log.ErrorContext(ctx, "message failed", "message_id", id, "error", err)
	}
	if e.kind == queue {
		return response, failed, nil
	}
	return nil, failed, errors.Join(errs...)
}

// batch answers for each body, whatever the work does: what is not known to be done failed.
func (h *handler) batch(ctx context.Context, bodies [][]byte) []error {
	var errs []error
	err := Guard(func() error {
		errs = h.work.Batch(ctx, bodies)
		if len(errs) != len(bodies) {
			return fmt.Errorf("%d answers to %d messages", len(errs), len(bodies))
		}
		return nil
	})
	if err == nil {
		return errs
	}
	all := make([]error, len(bodies))
	for i := range all {
		all[i] = err
	}
	return all
}

// Guard makes an error of a panic, so that the process and its caches live on.
func Guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &seamark.Fault{Class: seamark.Permanent, What: fmt.Sprintf("panic: %v", p), Err: errors.New(string(debug.Stack())), Remedy: "report this as a bug"}
		}
	}()
	return do()
}
