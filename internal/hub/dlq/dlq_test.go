package dlq_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/hub/dlq"
)

var start = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// queues stands in for SQS: it hides what it hands out, and hands some out twice.
type queues struct {
	sync.Mutex
	holds  map[string][]dlq.Message
	hidden map[string]bool // receipts
	twice  bool
	refuse string // "Send 2": the second of them fails
	calls  map[string]int
}

func newQueues() *queues {
	return &queues{holds: map[string][]dlq.Message{"acme-collect-dlq": nil, "acme-transform-dlq": nil, "acme-alert-dlq": nil, "acme-transform": nil}, hidden: map[string]bool{}, calls: map[string]int{}}
}

func (q *queues) call(what string) error {
	q.calls[what]++
	if q.refuse == fmt.Sprint(what, " ", q.calls[what]) {
		return errors.New("throttled")
	}
	return nil
}

func (q *queues) Receive(_ context.Context, queue string, hide time.Duration) (out []dlq.Message, err error) {
	q.Lock()
	defer q.Unlock()
	all, ok := q.holds[queue]
	if !ok {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: queue, What: "there is no such queue", Err: dlq.ErrNoQueue}
	}
	if hide < time.Minute {
		return nil, errors.New("hidden for too short a time")
	}
	if err := q.call("Receive"); err != nil {
		return nil, err
	}
	for _, m := range all {
		if len(out) == 3 {
			break
		}
		if !q.hidden[m.ID] {
			q.hidden[m.ID] = true
			out = append(out, m)
		}
	}
	if q.twice && len(out) > 0 {
		again := out[0]
		again.Receipt += "'"
		out = append(out, again)
	}
	return out, nil
}

func (q *queues) Show(_ context.Context, _ string, receipts []string) error {
	q.Lock()
	defer q.Unlock()
	if err := q.call("Show"); err != nil {
		return err
	}
	for _, r := range receipts {
		delete(q.hidden, strings.TrimSuffix(strings.TrimPrefix(r, "r-"), "'"))
	}
	return nil
}

func (q *queues) Send(_ context.Context, queue, body string) error {
	if err := q.call("Send"); err != nil {
		return err
	}
	q.holds[queue] = append(q.holds[queue], dlq.Message{Body: body})
	return nil
}

func (q *queues) Delete(_ context.Context, queue, receipt string) error {
	if err := q.call("Delete"); err != nil {
		return err
	}
	if q.twice && !strings.HasSuffix(receipt, "'") && strings.HasSuffix(receipt, "00") {
		return errors.New("a newer receipt is out")
	}
	q.holds[queue] = slices.DeleteFunc(q.holds[queue], func(m dlq.Message) bool { return m.Receipt == strings.TrimSuffix(receipt, "'") })
	return nil
}

func (q *queues) put(queue string, n int) {
	for i := range n {
		id := fmt.Sprintf("%s%02d", queue[len("acme-"):len("acme-")+1], i)
		q.holds[queue] = append(q.holds[queue], dlq.Message{ID: id, Receipt: "r-" + id, Body: fmt.Sprintf(`{"do":"transform","key":"landing/%d"}`, i), Sent: start.Add(-time.Duration(i) * time.Minute), Received: 6})
	}
}

// logs is what functions logged, by log group.
type logs map[string][]dlq.Failure

func (l logs) Failures(_ context.Context, group string, since time.Time, fn func(dlq.Failure)) error {
	lines, ok := l[group]
	if !ok {
		return errors.New("may not be read")
	}
	for _, f := range lines {
		if !f.At.Before(since) {
			fn(f)
		}
	}
	return nil
}

func agree([]dlq.Letter) (bool, error) { return true, nil }

func TestList(t *testing.T) {
	q := newQueues()
	q.twice = true
	q.put("acme-transform-dlq", 7)
	q.put("acme-alert-dlq", 1)
	h := &dlq.Hub{Name: "acme", Queues: q, Logs: logs{"/aws/lambda/acme-transformer": {
		{"t06", "too old", start.Add(-time.Hour)}, {"t05", "last", start.Add(2 * time.Minute)}, {"t05", "first", start.Add(time.Minute)}, {"other", "of another", start}, {"t00", "broken gzip", start},
	}}}
	letters, more, err := h.List(t.Context()) // there is no queue index in this hub
	if err != nil || more || len(letters) != 8 || len(q.hidden) != 0 {
		t.Fatalf("%d letters, more %t, %v, hidden %v", len(letters), more, err, q.hidden)
	}
	var got []string
	for _, l := range letters {
		got = append(got, fmt.Sprintf("%s %s %.25s", l.ID, l.Reason, l.Unknown))
	}
	want := []string{"t06  no line of /aws/lambda/ac", "t05 last ", "t04  no line of /aws/lambda/ac", "t03  no line of /aws/lambda/ac", "t02  no line of /aws/lambda/ac", "t01  no line of /aws/lambda/ac", "t00 broken gzip ", "a00  the log cannot be read: m"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	h.Most = 3
	if letters, more, err := h.List(t.Context(), "acme-transform-dlq"); err != nil || !more || len(letters) < 3 || len(letters) > 5 || len(q.hidden) != 0 {
		t.Errorf("%d letters of at most 3, more %t, %v, hidden %v", len(letters), more, err, q.hidden)
	}
	for called, want := range map[string]string{"index": "no such queue", "lake": "is no queue of the hub"} {
		if _, _, err := h.List(t.Context(), called); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", called, err)
		}
	}
	h.Name = "other"
	if _, _, err := h.List(t.Context()); !errors.Is(err, dlq.ErrNoQueue) {
		t.Errorf("a hub that is not there: %v", err)
	}
}

func TestRedrive(t *testing.T) {
	for name, c := range map[string]struct {
		ids          []string
		refuse       string
		no           bool
		moved, left  int
		waits, stays int // messages in the queue, and still dead, afterwards
		err          string
	}{
		"all":                 {moved: 5, waits: 5},
		"some":                {ids: []string{"t01", "t04"}, moved: 2, waits: 2, stays: 3},
		"nobody agrees":       {no: true, left: 5, stays: 5},
		"not there":           {ids: []string{"x"}, stays: 5, err: `no dead letter has the id "x"`},
		"several":             {ids: []string{"t0"}, stays: 5, err: "several"},
		"cannot be sent":      {refuse: "Send 3", moved: 2, left: 3, waits: 2, stays: 3, err: "t02 stays where it is"},
		"cannot be deleted":   {refuse: "Delete 3", moved: 2, left: 3, waits: 3, stays: 3, err: "is sent, and still a dead letter"},
		"cannot all be read":  {refuse: "Receive 2", stays: 5, err: "throttled"},
		"cannot be let loose": {refuse: "Show 1", moved: 1, waits: 1, stays: 4, ids: []string{"t01"}, err: "throttled"},
	} {
		t.Run(name, func(t *testing.T) {
			q := newQueues()
			q.twice, q.refuse = true, c.refuse
			q.put("acme-transform-dlq", 5)
			h := &dlq.Hub{Name: "acme", Queues: q, Logs: logs{}}
			m, err := h.Redrive(t.Context(), "transform", c.ids, func([]dlq.Letter) (bool, error) { return !c.no, nil })
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, want %q", err, c.err)
			}
			if m.Moved != c.moved || m.Left != c.left || len(q.holds["acme-transform"]) != c.waits || len(q.holds["acme-transform-dlq"]) != c.stays {
				t.Errorf("moved %d, left %d, %d wait, %d stay; want %+v", m.Moved, m.Left, len(q.holds["acme-transform"]), len(q.holds["acme-transform-dlq"]), c)
			}
			if c.refuse != "Show 1" {
				for _, m := range q.holds["acme-transform-dlq"] {
					if q.hidden[m.ID] {
						t.Errorf("%s stays hidden", m.ID)
					}
				}
				q.refuse = ""
				if m, err := h.Redrive(t.Context(), "transform", nil, agree); err != nil || m.Moved != c.stays {
					t.Errorf("the same again: %+v, %v", m, err)
				}
			}
		})
	}
}

func TestAbout(t *testing.T) {
	for body, want := range map[string]string{
		`{"do":"transform","key":"landing/a.gz"}`:                    "do transform landing/a.gz",
		`{"do":"compact","hour":"2026-11-22T17"}`:                    "do compact 2026-11-22T17",
		`{"do":"index","entries":["ledger/a.json","ledger/b.json"]}`: "do index ledger/a.json and 1 more",
		`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"landing/a%3Db"}}}]}`:                                "landing/a=b",
		`{"detail-type":"AWS API Call via CloudTrail","source":"aws.lambda","account":"222222222222","region":"eu-central-1","detail":{"eventName":"TagResource20170331v2"}}`: "AWS API Call via CloudTrail TagResource20170331v2 222222222222/eu-central-1",
		`{"places":["222222222222/eu-central-1"]}`: "sweep 222222222222/eu-central-1",
		`poison`:  "no event that is known",
		`{"x":1}`: "no event that is known",
	} {
		if got := dlq.About([]byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
