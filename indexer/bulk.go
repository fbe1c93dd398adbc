package indexer

import (
	"context"
	"errors"
	"time"
)

// Bulk sends documents to a search index. indexer/opensearch implements it.
type Bulk interface {
	// Target identifies the cluster and the names of its indices, so that what is known
	// to be indexed is known of the right one. It changes when the cluster is made anew.
	Target(ctx context.Context) (string, error)
	// Prefix begins the names of all indices; it may be empty.
	Prefix() string
	// Bulk sends body, which holds n documents of two lines each with the action "create" or
	// "index", and returns an answer for each, in order. An error concerns the request as a whole:
	// ErrTooLarge, a *seamark.Fault of class Temporary when it may pass or when nobody
	// knows what became of the request, any other when it will not. RetryAfter tells how
	// long the server asked to wait.
	Bulk(ctx context.Context, body []byte, n int) ([]Answer, error)
}

// Answer is what the server says of one document.
type Answer struct {
	Status int    // as HTTP has it: 201 created, 200 replaced, 409 there already, …
	Type   string // of the error, empty when there is none
	Reason string // untrusted: it quotes the document
}

// ErrTooLarge is returned for a request that is longer than the server takes (413).
var ErrTooLarge = errors.New("the request is too long for the server")

// WaitError is an error behind which the server named a time to wait.
type WaitError struct {
	After time.Duration
	Err   error
}

// Error is the cause's.
func (e *WaitError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *WaitError) Unwrap() error { return e.Err }

// outcome is what became of a document.
type outcome int

const (
	created outcome = iota
	duplicate
	again   // busy: send it once more
	refused // as it is: send it reduced
	blocked // its index takes nothing
)

// closedTypes are errors of status 400 that the index is to blame for, not the document.
var closedTypes = map[string]bool{
	"index_closed_exception":       true,
	"validation_exception":         true, // no shard is left for a new index
	"invalid_index_name_exception": true,
}

func (a Answer) outcome() outcome {
	switch {
	case a.Status == 409:
		return duplicate
	case a.Status == 429 || a.Status >= 500:
		return again
	case a.Status == 400 && !closedTypes[a.Type]:
		return refused
	case a.Status >= 200 && a.Status < 300:
		return created
	}
	return blocked
}
