// Package dlq looks at the dead-letter queues of a hub: what nobody could work off, why, and
// sends it back.
//
// SQS keeps no reason. The functions log one for each message that they give back, with its
// id, which SQS leaves as it is when it moves a message: so the two are joined.
package dlq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/hub"
)

// Letter is a dead letter.
type Letter struct {
	ID       string    `json:"message"`
	Queue    string    `json:"queue"` // the stage's own name: transform
	Sent     time.Time `json:"sent"`
	Received int       `json:"received"`            // how often it was taken out, here included
	About    string    `json:"about"`               // what it asks for
	Reason   string    `json:"reason,omitempty"`    // the last that its function logged
	ReasonAt time.Time `json:"reason_at,omitzero"`  // when
	Unknown  string    `json:"no_reason,omitempty"` // why no reason is known
	Body     string    `json:"body"`

	receipt string
}

// Message is a message as SQS hands it out.
type Message struct {
	ID, Body, Receipt string
	Sent              time.Time
	Received          int
}

// Queues are the queues of an account and region, by name. One that is not there is a Fault of the
// class Rejected that wraps ErrNoQueue.
type Queues interface {
	// Receive takes up to 10 messages and hides them for so long; none: no server of SQS has one.
	Receive(ctx context.Context, queue string, hide time.Duration) ([]Message, error)
	// Show ends the hiding.
	Show(ctx context.Context, queue string, receipts []string) error
	Send(ctx context.Context, queue, body string) error
	Delete(ctx context.Context, queue, receipt string) error
}

// ErrNoQueue says that there is no queue of that name.
var ErrNoQueue = errors.New("no such queue")

// Failure is a line of a function's log about a message that it gave back.
type Failure struct {
	Message string // its id
	Reason  string
	At      time.Time
}

// Logs are the logs of the functions.
type Logs interface {
	// Failures hands over what a log group says since then, in any order.
	Failures(ctx context.Context, group string, since time.Time, fn func(Failure)) error
}

// Hub is a hub whose dead letters are looked at.
type Hub struct {
	Name   string
	Queues Queues
	Logs   Logs
	Most   int // letters that are read of a queue; 0: 1,000
}

// While letters are looked at they are hidden from others who look: for so long, should this
// process die meanwhile.
const (
	hidden  = 2 * time.Minute
	defMost = 1000
)

// Stages are those that are asked for by their names, all of them without one.
func (h *Hub) Stages(called []string) ([]hub.Stage, error) {
	if len(called) == 0 {
		return hub.Stages(), nil
	}
	var out []hub.Stage
	for _, c := range called {
		s, ok := hub.Of(h.Name, c)
		if !ok {
			return nil, &seamark.Fault{Class: seamark.Rejected, Where: c, What: "is no queue of the hub", Remedy: "name collect, transform, index or alert"}
		}
		out = append(out, s)
	}
	return out, nil
}

// List reads the dead letters of some stages, the oldest of each queue first, and leaves them where
// they are. A hub need not have all queues: of those that nobody named one that is not there is left out. more says
// that a queue holds further ones.
func (h *Hub) List(ctx context.Context, called ...string) (letters []Letter, more bool, err error) {
	stages, err := h.Stages(called)
	if err != nil {
		return nil, false, err
	}
	type answer struct {
		letters []Letter
		more    bool
		err     error
	}
	answers := make([]answer, len(stages))
	var wg sync.WaitGroup
	for i, s := range stages {
		wg.Go(func() {
			a := &answers[i]
			if a.letters, a.more, a.err = h.read(ctx, s); a.err == nil {
				a.err = h.show(ctx, s, a.letters)
			}
		})
	}
	wg.Wait()
	missing := 0
	for _, a := range answers {
		if errors.Is(a.err, ErrNoQueue) && len(called) == 0 {
			if missing++; missing < len(stages) {
				continue
			}
		}
		if a.err != nil {
			return nil, false, a.err
		}
		letters, more = append(letters, a.letters...), more || a.more
	}
	return letters, more, nil
}

func (h *Hub) show(ctx context.Context, s hub.Stage, letters []Letter) error {
	var receipts []string
	for _, l := range letters {
		receipts = append(receipts, l.receipt)
	}
	if len(receipts) == 0 {
		return nil
	}
	return h.Queues.Show(context.WithoutCancel(ctx), s.DeadName(h.Name), receipts)
}

// read takes out what lies in a stage's dead-letter queue. What it took before an error it shows again.
func (h *Hub) read(ctx context.Context, s hub.Stage) (letters []Letter, more bool, err error) {
	most, seen := cmp.Or(h.Most, defMost), map[string]int{}
	for {
		if len(letters) >= most {
			more = true
			break
		}
		some, err := h.Queues.Receive(ctx, s.DeadName(h.Name), hidden)
		if err != nil {
			return nil, false, errors.Join(err, h.show(ctx, s, letters))
		}
		if len(some) == 0 {
			break
		}
		for _, m := range some {
			if i, twice := seen[m.ID]; twice { // at least once: the newer receipt counts
				letters[i].receipt = m.Receipt
				continue
			}
			seen[m.ID] = len(letters)
			letters = append(letters, Letter{ID: m.ID, Queue: s.Queue, Sent: m.Sent, Received: m.Received, Body: m.Body, About: About([]byte(m.Body)), receipt: m.Receipt})
		}
	}
	slices.SortStableFunc(letters, func(a, b Letter) int { return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.ID, b.ID)) })
	h.explain(ctx, s, letters)
	return letters, more, nil
}

// explain finds the reason of each letter in the function's log.
func (h *Hub) explain(ctx context.Context, s hub.Stage, letters []Letter) {
	if len(letters) == 0 {
		return
	}
	at := map[string]*Letter{}
	for i := range letters {
		letters[i].Unknown = "no line of " + s.LogGroup(h.Name) + " names it: the function was ended from outside (time, memory), or the log has expired"
		at[letters[i].ID] = &letters[i]
	}
	err := h.Logs.Failures(ctx, s.LogGroup(h.Name), letters[0].Sent, func(f Failure) {
		if l := at[f.Message]; l != nil && !f.At.Before(l.ReasonAt) {
			l.Reason, l.ReasonAt, l.Unknown = f.Reason, f.At, ""
		}
	})
	if err == nil {
		return
	}
	for i := range letters {
		if letters[i].Reason == "" {
			letters[i].Unknown = "the log cannot be read: " + err.Error()
		}
	}
}

// Moved is what Redrive did.
type Moved struct {
	Letters []Letter `json:"letters"` // what is, or with a dry run would be, sent back
	Moved   int      `json:"moved"`
	Left    int      `json:"left"` // of those that were meant
}

// Redrive sends letters of one stage back to its queue: those with these ids, or all. agreed is
// asked once they are read; false and an error change nothing. A letter is sent before it is deleted: an end in
// between leaves it in both, which the functions bear.
func (h *Hub) Redrive(ctx context.Context, called string, ids []string, agreed func([]Letter) (bool, error)) (m Moved, err error) {
	stages, err := h.Stages([]string{called})
	if err != nil {
		return m, err
	}
	s := stages[0]
	all, _, err := h.read(ctx, s)
	if err != nil {
		return m, err
	}
	gone := map[string]bool{}
	defer func() { // whatever stays can be seen again at once
		stay := slices.DeleteFunc(all, func(l Letter) bool { return gone[l.ID] })
		err = errors.Join(err, h.show(ctx, s, stay))
	}()
	if m.Letters, err = chosen(all, ids, s.DeadName(h.Name)); err != nil {
		return m, err
	}
	m.Left = len(m.Letters)
	if ok, err := agreed(m.Letters); err != nil || !ok {
		return m, err
	}
	for _, l := range m.Letters {
		if err := h.Queues.Send(ctx, s.QueueName(h.Name), l.Body); err != nil {
			return m, fmt.Errorf("message %s stays where it is: %w", l.ID, err)
		}
		if err := h.Queues.Delete(ctx, s.DeadName(h.Name), l.receipt); err != nil {
			return m, fmt.Errorf("message %s is sent, and still a dead letter: %w", l.ID, err)
		}
		gone[l.ID] = true
		m.Moved, m.Left = m.Moved+1, m.Left-1
	}
	return m, nil
}

// chosen are the letters with these ids, or beginnings of them; all without one.
func chosen(all []Letter, ids []string, queue string) ([]Letter, error) {
	if len(ids) == 0 {
		return slices.Clone(all), nil
	}
	var out []Letter
	for _, id := range ids {
		l, err := Find(all, id)
		if err != nil {
			return nil, &seamark.Fault{Class: seamark.Rejected, Where: queue, What: err.Error(), Remedy: "see `seamark dlq list`"}
		}
		out = append(out, l)
	}
	return out, nil
}

// Find returns the letter whose id begins so.
func Find(all []Letter, id string) (Letter, error) {
	found := -1
	for i, l := range all {
		switch {
		case id == "" || len(l.ID) < len(id) || l.ID[:len(id)] != id:
		case found >= 0:
			return Letter{}, fmt.Errorf("%q begins the id of several dead letters", id)
		default:
			found = i
		}
	}
	if found < 0 {
		return Letter{}, fmt.Errorf("no dead letter has the id %q", id)
	}
	return all[found], nil
}
