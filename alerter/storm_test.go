package alerter_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// life is that of a process: it ends at a step, whatever the process was about to do.
type life struct {
	mu    sync.Mutex
	steps int
	over  context.CancelFunc
}

var errKilled = errors.New("killed")

// step is one more; false: the process is dead.
func (l *life) step() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.steps--; l.steps == 0 {
		l.over()
	}
	return l.steps > 0
}

// mortal is a store of a process: what it saves is on disk, until it is killed.
type mortal struct {
	incident.Store
	*life
}

func (m mortal) Save(ctx context.Context, e incident.Entry) error {
	if !m.step() {
		return errKilled
	}
	return m.Store.Save(ctx, e)
}

// chat is a medium that can be searched, as Slack can: posts by incident.
type chat struct {
	mu    sync.Mutex
	posts map[string]int
}

// writer is one process that posts to a chat; it may be killed before a post and right after it.
type writer struct {
	*chat
	*life
}

func (writer) Name() string { return "chat" }

func (w writer) Deliver(_ context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	if !w.step() {
		return "", errKilled
	}
	w.chat.mu.Lock()
	if ref == "" || ref == card.RefUnknown && w.posts[c.ID] == 0 {
		w.posts[c.ID]++
	}
	w.chat.mu.Unlock()
	if !w.step() {
		return "", errKilled
	}
	return card.Ref("message of " + c.ID), nil
}

// TestStormKilled: a process that is killed in the middle of a storm loses no card and posts none twice,
// at whatever step; senders send again what was not taken. SEAMARK_TORTURE kills 100 processes.
func TestStormKilled(t *testing.T) {
	kills := 10
	if os.Getenv("SEAMARK_TORTURE") != "" {
		kills = 100
	}
	const groups, alarms = 12, 60
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	_, store := files(t)
	to := &chat{posts: map[string]int{}}
	since := time.Now().Add(-time.Minute).Truncate(time.Second)
	var open []seamark.Alarm // of all storms
	for storm := range kills {
		ctx, cancel := context.WithCancel(t.Context())
		process := &life{steps: 1 + r.IntN(4*groups), over: cancel}
		m := manager(t, alerter.Options{Store: mortal{store, process}, Receivers: []alerter.Receiver{writer{to, process}}})
		running := make(chan struct{})
		go func() { m.Run(ctx); close(running) }()
		var mu sync.Mutex
		var again []seamark.Alarm
		var senders sync.WaitGroup
		for n := range 4 {
			senders.Go(func() {
				for i := n; i < alarms; i += 4 {
					a := firing(fmt.Sprintf("rule%d", i/groups), "api", since, 0.2)
					a.Scope.Product = fmt.Sprintf("p%d-%d", storm, i%groups)
					a.Name = seamark.AlarmName(a.Scope, a.Rule)
					err := m.Observe(ctx, a)
					mu.Lock()
					open = append(open, a)
					if err != nil {
						again = append(again, a)
					}
					mu.Unlock()
				}
			})
		}
		senders.Wait()
		cancel()
		<-running
		next := &life{steps: 1 << 30, over: func() {}}
		m = manager(t, alerter.Options{Store: mortal{store, next}, Receivers: []alerter.Receiver{writer{to, next}}})
		observe(t, m, again...)
		if err := m.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, in := range m.Incidents() {
			if got := to.posts[in.ID]; got != 1 {
				t.Fatalf("storm %d: %d cards of %s", storm, got, in.ID)
			}
		}
		for _, a := range open {
			a.State, a.Since, a.Evaluated = seamark.AlarmOK, time.Now(), time.Now()
			observe(t, m, a)
		}
		open = nil
		if err := m.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(to.posts); got != (storm+1)*groups {
			t.Fatalf("storm %d: cards of %d incidents, want %d", storm, got, (storm+1)*groups)
		}
	}
}
