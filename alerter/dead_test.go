package alerter_test

import (
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// box is a Letters of which some calls fail.
type box struct {
	mu      sync.Mutex
	letters map[string]incident.DeadLetter
	fail    error
}

func (b *box) Put(d incident.DeadLetter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail == nil {
		b.letters[d.Incident.ID+" "+d.Receiver] = d
	}
	return b.fail
}

func (b *box) Remove(id, receiver string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail == nil {
		delete(b.letters, id+" "+receiver)
	}
	return b.fail
}

func (b *box) mend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = nil
}

func (b *box) list() map[string]incident.DeadLetter {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.letters)
}

// A card that is refused lies there until it arrives, whoever is told to send it again; one
// that could only not be delivered is given up a day after its incident.
func TestDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := &recorder{name: "web", begun: start}
		r.say(&seamark.Fault{Class: seamark.Permanent, What: "no such channel"})
		kept := &box{letters: map[string]incident.DeadLetter{}, fail: errors.New("the disk is full")}
		store := &memory{}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{r}, Letters: kept, Store: store})
		stop := run(m)
		a := firing("4xx", "api", start, 0.2)
		observe(t, m, a)
		time.Sleep(5 * time.Second)
		if u := m.Undelivered(); len(u) != 1 || u[0].Receiver != "web" || len(kept.list()) != 0 {
			t.Fatalf("undelivered %v, kept %v", u, kept.list())
		}
		kept.mend() // what could not be written is written later
		time.Sleep(2 * time.Second)
		id := m.Incidents()[0].ID
		if d := kept.list()[id+" web"]; d.Attempts != 1 || d.Incident.ID != id || d.Headline == "" {
			t.Fatalf("kept %+v", kept.list())
		}
		resend := incident.Act{Incident: id, Do: incident.DoResend, Receiver: "web", By: "ana", At: time.Now()}
		r.say(&seamark.Fault{Class: seamark.Temporary, What: "it is away"})
		if err := m.Act(t.Context(), resend); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		observe(t, m, fine(a, time.Now()))
		time.Sleep(time.Hour)
		stop()
		tried := len(r.list())

		// Another process goes on where this one was, its wait included.
		m = manager(t, alerter.Options{Receivers: []alerter.Receiver{r}, Letters: kept, Store: store})
		e, _ := m.Entry(id)
		if d := e.Deliveries["web"]; !d.Next.After(time.Now()) || d.Attempts < 5 || tried < 6 {
			t.Errorf("after a restart %+v, %d tries", d, tried)
		}
		stop = run(m)
		time.Sleep(25 * time.Hour)
		e, _ = m.Entry(id)
		if d := kept.list()[id+" web"]; !e.Deliveries["web"].Dead || d.Attempts < 200 || d.Incident.Status != seamark.IncidentResolved {
			t.Errorf("a day after the end %+v, kept %+v", e.Deliveries["web"], d.Attempts)
		}
		tried = len(r.list())
		time.Sleep(time.Hour)
		if again := len(r.list()) - tried; again != 0 {
			t.Errorf("tried %d times more", again)
		}
		r.say(nil)
		if err := m.Act(t.Context(), resend); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if u := m.Undelivered(); len(u) != 0 || len(kept.list()) != 0 {
			t.Errorf("undelivered %v, kept %v", u, kept.list())
		}
		if err := m.Act(t.Context(), resend); seamark.ClassOf(err) != seamark.Rejected {
			t.Error("sent again what had arrived: ", err)
		}
		resend.Receiver = "nobody"
		if err := m.Act(t.Context(), resend); seamark.ClassOf(err) != seamark.Rejected {
			t.Error(err)
		}
		stop()
	})
}
