package lambda

import "context"

// Work is what a stage does with its events. The context ends shortly before the function
// is stopped.
type Work interface {
	// Schedule is called on a schedule, by a rule or by EventBridge Scheduler.
	Schedule(ctx context.Context) error

	// Batch does the work of messages: bodies of SQS or SNS messages, or one EventBridge
	// event. It returns an error per body, nil for those that are done; the queue keeps the
	// others, and moves them to its dead-letter queue after some tries.
	Batch(ctx context.Context, bodies [][]byte) []error

	// Invoke answers anything else: a direct invocation.
	Invoke(ctx context.Context, payload []byte) (any, error)
}
