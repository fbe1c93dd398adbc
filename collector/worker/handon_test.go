package worker_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/worker"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// What an invocation cannot finish comes back through the queue until all is done.
func TestHandsOn(t *testing.T) { handsOn(t, 600, time.Minute, 0) }

// Ten thousand log groups take more than half an hour at five calls a second: more than
// one invocation of Lambda's longest.
func TestTenThousandGroups(t *testing.T) {
	if os.Getenv("SEAMARK_TORTURE") == "" {
		t.Skip("set SEAMARK_TORTURE=1 for the large one")
	}
	handsOn(t, 10_000, 15*time.Minute, 100*time.Millisecond)
}

func handsOn(t *testing.T, n int, timeout, latency time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{Latency: latency}, web, booking)
		groups(r.cloud.Region(web), n)
		groups(r.cloud.Region(booking), 100)
		began := time.Now()
		ctx, cancel := invocation(t, timeout)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		invocations := 1
		for {
			body, ok := r.queue.take()
			if !ok {
				break
			}
			if invocations++; invocations > 12 {
				t.Fatal("it does not end")
			}
			if !strings.Contains(body, `"hops"`) {
				t.Fatalf("a message without its hops: %s", body)
			}
			ctx, cancel := invocation(t, timeout)
			if errs := r.Batch(ctx, [][]byte{[]byte(body)}); errs[0] != nil {
				t.Fatal(errs[0])
			}
			if ctx.Err() != nil {
				t.Error("an invocation used all of its time")
			}
			cancel()
		}
		if got := attached(r.cloud.Region(web), n) + attached(r.cloud.Region(booking), 100); got != n+100 {
			t.Errorf("%d filters after %d invocations, want %d", got, invocations, n+100)
		}
		if invocations < 3 {
			t.Errorf("%d invocations: nothing was handed on", invocations)
		}
		t.Logf("%d groups: %d invocations of %v, %v in all", n, invocations, timeout, time.Since(began))
	})
}

// Where nothing comes of handing on, it ends, and says so.
func TestNothingComesOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{Latency: time.Hour}, web)
		ctx, cancel := invocation(t, time.Minute)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		var delays []time.Duration
		for {
			if len(r.queue.delays) > 0 {
				delays = append(delays, r.queue.delays[0])
			}
			body, ok := r.queue.take()
			if !ok {
				break
			}
			if len(delays) > 5 {
				t.Fatal("it does not end")
			}
			ctx, cancel := invocation(t, time.Minute)
			if errs := r.Batch(ctx, [][]byte{[]byte(body)}); errs[0] != nil {
				t.Fatalf("the message comes back: %v", errs[0])
			}
			cancel()
		}
		if len(delays) != 2 || delays[0] == 0 || delays[1] <= delays[0] || !strings.Contains(r.log.String(), "handed on too often") {
			t.Errorf("handed on after %v, want twice, the second later, and a report:\n%s", delays, r.log)
		}
	})
}

// What is fresh is not cut short by what came a long way with it.
func TestHopsAreOfAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{Latency: time.Hour}, web, booking)
		ctx, cancel := invocation(t, time.Minute)
		defer cancel()
		errs := r.Batch(ctx, [][]byte{[]byte(`{"places":["` + web.String() + `"],"hops":12,"idle":0}`), []byte(`{"places":["` + booking.String() + `"]}`)})
		if errs[0] != nil || errs[1] != nil {
			t.Fatal(errs)
		}
		if body, _ := r.queue.take(); !strings.Contains(body, booking.String()) || strings.Contains(body, web.String()) || len(r.queue.bodies) != 0 {
			t.Errorf("handed on %s and %v", body, r.queue.bodies)
		}
		if !strings.Contains(r.log.String(), "handed on too often") {
			t.Errorf("no report:\n%s", r.log)
		}
	})
}

// Without a queue the messages stay where they came from.
func TestWithoutQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{}, web)
		r.Queue = nil
		groups(r.cloud.Region(web), 600)
		ctx, cancel := invocation(t, 30*time.Second)
		defer cancel()
		errs := r.Batch(ctx, [][]byte{[]byte(`{"places":["111122223333/eu-central-1"]}`)})
		if errs[0] == nil || seamark.ClassOf(errs[0]) != seamark.Temporary {
			t.Errorf("got %v", errs[0])
		}
		ctx, cancel = invocation(t, 30*time.Second)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Errorf("a schedule that is not done fails: %v", err)
		}
		answer, err := r.Invoke(ctx, []byte(`{"places":["111122223333/eu-central-1"]}`))
		if s := answer.(worker.Summary); err != nil || s.Left != 1 || s.Places != 1 || s.Done != 0 {
			t.Errorf("%+v, %v", answer, err)
		}
	})
}

func TestQueueRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{}, web)
		r.queue.err = errors.New("AccessDenied")
		groups(r.cloud.Region(web), 600)
		ctx, cancel := invocation(t, 30*time.Second)
		defer cancel()
		if err := r.Schedule(ctx); err == nil || !strings.Contains(err.Error(), "sqs:SendMessage") {
			t.Errorf("got %v", err)
		}
	})
}

// Two thousand places that an invocation does not come to are handed on in messages that
// SQS takes, each place once.
func TestManyPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var places []inventory.Place
		for i := range 2_000 {
			places = append(places, inventory.Place{Account: fmt.Sprintf("%012d", i), Region: "eu-central-1"})
		}
		r := newRig(t, cloud.Options{Latency: time.Hour}, places...)
		ctx, cancel := invocation(t, 20*time.Second)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, body := range r.queue.bodies {
			var got struct {
				Places []string
				Hops   int
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || got.Hops != 1 || len(body) > 256<<10 {
				t.Fatalf("%d bytes, %+v, %v", len(body), got.Hops, err)
			}
			for _, p := range got.Places {
				seen[p]++
			}
		}
		if len(seen) != len(places) {
			t.Errorf("%d of %d places handed on", len(seen), len(places))
		}
		for p, n := range seen {
			if n != 1 {
				t.Errorf("%s %d times", p, n)
			}
		}
	})
}

// Hints that are not done in time come back as hints.
func TestHintsAreHandedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{}, web)
		ctx, cancel := invocation(t, time.Minute)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		ctx, cancel = invocation(t, 2*time.Second) // too short to begin anything
		defer cancel()
		if errs := r.Batch(ctx, [][]byte{event(t, "logs-CreateLogGroup"), event(t, "apigateway-CreateStage")}); errs[0] != nil || errs[1] != nil {
			t.Fatal(errs)
		}
		body, _ := r.queue.take()
		for _, want := range []string{"/aws/lambda/booking-create", "67ge356u6d", web.String()} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %s", body, want)
			}
		}
		if errs := r.Batch(ctx, [][]byte{[]byte(body)}); errs[0] != nil {
			t.Errorf("its own message is refused: %v", errs[0])
		}
	})
}

func TestTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{}, web)
		for body, want := range map[string]string{
			`{"places":"x"}`:              "task",
			`{"places":[],"surplus":1}`:   "task",
			`{"places":[],"hops":-1}`:     "task",
			`{"key1":"value1"}`:           "EventBridge",
			`7`:                           "not an object",
			`{"hints":[{"place":["x"]}]}`: "task",
		} {
			if _, err := r.Invoke(t.Context(), []byte(body)); err == nil || !strings.Contains(err.Error(), want) || seamark.ClassOf(err) != seamark.Rejected {
				t.Errorf("%s: %v, want %q", body, err, want)
			}
		}
		// A message cannot make us look at places that are not ours to look after.
		answer, err := r.Invoke(t.Context(), []byte(`{"places":["../../x","999999999999/eu-central-1"],"history":["y"],"hints":[{"place":"a/b","groups":["g"]}]}`))
		if s := answer.(worker.Summary); err != nil || s.Places != 0 || len(s.Skipped) != 4 {
			t.Errorf("%+v, %v", answer, err)
		}
	})
}
