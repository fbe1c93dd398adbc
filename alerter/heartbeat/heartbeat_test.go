package heartbeat_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/heartbeat"
)

// A ping goes out while alarms can be told, and only then; no text holds the URL.
func TestPings(t *testing.T) {
	var pings, status atomic.Int64
	status.Store(200)
	pinged := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		pings.Add(1)
		w.WriteHeader(int(status.Load()))
		pinged <- struct{}{}
	}))
	defer s.Close()
	var logs bytes.Buffer
	asked, answer := make(chan struct{}), make(chan string)
	p, err := heartbeat.NewPinger(heartbeat.PingerOptions{URL: s.URL + "/T0PS3CRET", Every: time.Millisecond, Log: slog.New(slog.NewTextHandler(&logs, nil)), Well: func() string {
		asked <- struct{}{}
		return <-answer
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	next := func(well string) { <-asked; answer <- well }
	next("")
	<-pinged
	next("rules are not evaluated")
	<-asked // the ping before is over
	if f := p.Fault(); !strings.Contains(f, "rules are not evaluated") || pings.Load() != 1 {
		t.Errorf("%q after %d pings", f, pings.Load())
	}
	status.Store(500)
	answer <- ""
	<-pinged
	<-asked
	if f := p.Fault(); !strings.Contains(f, "answered 500") {
		t.Errorf("%q", f)
	}
	status.Store(204)
	answer <- ""
	<-pinged
	<-asked
	if f := p.Fault(); f != "" {
		t.Errorf("%q", f)
	}
	s.Close()
	answer <- ""
	<-asked
	if f := p.Fault(); !strings.Contains(f, "cannot be reached") || strings.Contains(f, "T0PS3CRET") {
		t.Errorf("%q", f)
	}
	stop()
	answer <- ""
	<-done
	if strings.Contains(logs.String(), "T0PS3CRET") || strings.Count(logs.String(), "heartbeat_missed") != 2 || strings.Count(logs.String(), "arrives_again") != 1 {
		t.Error(logs.String())
	}
	if _, err := heartbeat.NewPinger(heartbeat.PingerOptions{URL: "ping"}); err == nil {
		t.Error("what is no URL is taken")
	}
	var none *heartbeat.Pinger
	none.Run(t.Context())
}

// heard keeps what it is told; it may be away.
type heard struct {
	mu   sync.Mutex
	list []string
	err  error
}

func (h *heard) away(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

func (h *heard) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		for _, a := range alarms {
			h.list = append(h.list, string(a.State)+" "+a.Rule+" "+a.Scope.Component+a.Since.UTC().Format(" 15:04:05"))
		}
	}
	return h.err
}

// A watchdog opens no incident; that it is missing does, until it is back.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight
		h := &heard{}
		w := heartbeat.NewWatchdogs(h, []heartbeat.Watchdog{{Alert: "Watchdog", Within: 5 * time.Minute, Severity: "critical"}}, slog.New(slog.DiscardHandler), nil)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Run(ctx)
		dog, other := seamark.Alarm{Name: "Watchdog", State: seamark.AlarmFiring}, seamark.Alarm{Name: "Down", Rule: "Down", State: seamark.AlarmFiring}
		send := func(alarms ...seamark.Alarm) {
			if err := w.Observe(t.Context(), alarms...); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			send(dog)
			time.Sleep(time.Minute)
		}
		send(dog, other)
		dog.State = seamark.AlarmOK
		send(dog) // Prometheus stops and says that it is over
		time.Sleep(4 * time.Minute)
		h.away(errors.New("the disk is full"))
		time.Sleep(2 * time.Minute)
		h.away(nil)
		time.Sleep(10 * time.Minute)
		dog.State = seamark.AlarmFiring
		send(dog)
		time.Sleep(2 * time.Minute)
		stop()
		synctest.Wait()
		got := slices.Compact(slices.Clone(h.list))
		want := []string{"ok watchdog Watchdog 00:00:00", "firing Down  00:00:00", "firing watchdog Watchdog 00:15:00", "ok watchdog Watchdog 00:26:00"}
		got[1] = strings.Replace(got[1], " 00:00:00", "", 1)
		want[1] = "firing Down "
		if len(got) != 4 || got[0] != want[0] || !strings.HasPrefix(got[1], "firing Down") || got[2] != want[2] || got[3] != want[3] {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}
