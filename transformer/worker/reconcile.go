package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/senders"
)

// settle is how long an object is left to the message that told of it.
const settle = 10 * time.Minute

// mostSent bounds the messages of one reconciliation; the next one sends the others.
const mostSent = 20_000

// Transform is the message that asks for a landing object.
type Transform struct {
	Do  string `json:"do"` // transform
	Key string `json:"key"`
}

// Reconciled is what Reconcile found.
type Reconciled struct {
	Pending int       `json:"pending"`         // landing minus ledger, objects older than ten minutes
	Sent    int       `json:"sent"`            // messages, or objects done where there is no queue
	Oldest  time.Time `json:"oldest,omitzero"` // arrival of the oldest of them
	Failed  int       `json:"failed,omitempty"`
	// Silent are the accounts that used to send and have stopped.
	Silent []senders.Silent `json:"silent,omitempty"`
}

// Reconcile looks up what must be done, whatever messages were lost: landing minus ledger.
// Each object goes to the queue again; one that fails each time ends among the dead letters,
// with its reason in the log, and is tried again by the next reconciliation. It counts the
// accounts that have stopped sending, too.
func (w *Worker) Reconcile(ctx context.Context) (Reconciled, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var r Reconciled
	err := w.requeue(ctx, &r)
	return r, timeIsUp(ctx, "reconcile", errors.Join(err, w.silent(ctx, &r)))
}

// requeue sends what is pending to the queue again.
func (w *Worker) requeue(ctx context.Context, r *Reconciled) error {
	pending, err := w.pending(ctx)
	if err != nil {
		return err
	}
	r.Pending = len(pending)
	if len(pending) > 0 {
		r.Oldest = pending[0].Arrival
		w.count(map[string]float64{"FreshnessSeconds": w.since(r.Oldest)})
	}
	pending = pending[:min(len(pending), mostSent)]
	if w.Queue == nil {
		err = w.doAll(ctx, pending, r)
	} else if err = w.Queue(ctx, messages(pending)); err == nil {
		r.Sent = len(pending)
	}
	if r.Pending > 0 {
		w.Log.WarnContext(ctx, "landing objects were pending", "pending", r.Pending, "sent", r.Sent, "oldest", r.Oldest)
	}
	return err
}

// silent counts the accounts that have stopped sending, and names them in the log.
func (w *Worker) silent(ctx context.Context, r *Reconciled) (err error) {
	if r.Silent, err = senders.Look(w.Store(ctx), w.now()); err != nil {
		return fmt.Errorf("look for silent accounts: %w", err)
	}
	for _, a := range r.Silent {
		w.Log.WarnContext(ctx, "account is silent", "account", a.Account, "last", a.Last, "days", a.Days, "remedy", "docs/runbooks/silent-account.md")
	}
	w.count(map[string]float64{"SilentAccounts": float64(len(r.Silent))})
	return nil
}

// doAll makes objects done one by one; one that fails does not stop the others.
func (w *Worker) doAll(ctx context.Context, pending []lake.Pending, r *Reconciled) error {
	var failed []error
	for _, p := range pending {
		err := w.Object(ctx, p.Key)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			r.Failed++
			failed = append(failed, err)
			continue
		}
		r.Sent++
	}
	return errors.Join(failed...)
}

func messages(pending []lake.Pending) []string {
	bodies := make([]string, len(pending))
	for i, p := range pending {
		bodies[i] = encode(Transform{"transform", p.Key})
	}
	return bodies
}

func encode(message any) string {
	b, err := json.Marshal(message)
	if err != nil {
		panic(fmt.Sprintf("message: %v", err)) // strings
	}
	return string(b)
}

// pending lists what is old enough, oldest first.
func (w *Worker) pending(ctx context.Context) ([]lake.Pending, error) {
	l, err := w.whole.Of(ctx, w.Store(ctx))
	if err != nil {
		return nil, err
	}
	all, err := l.Pending()
	if err != nil {
		return nil, err
	}
	now := w.now()
	all = slices.DeleteFunc(all, func(p lake.Pending) bool { return now.Sub(p.Arrival) < settle || p.Key[len(p.Key)-1] == '/' })
	slices.SortFunc(all, func(a, b lake.Pending) int { return a.Arrival.Compare(b.Arrival) })
	return all, nil
}

// DecodeTransform reads a message of Reconcile.
func DecodeTransform(body []byte) (Transform, error) {
	var m Transform
	if err := json.Unmarshal(body, &m); err != nil || m.Key == "" {
		return m, &seamark.Fault{Class: seamark.Rejected, Where: "message", What: "names no landing object", Err: err, Remedy: `send {"do": "transform", "key": "landing/…"}`}
	}
	return m, nil
}
