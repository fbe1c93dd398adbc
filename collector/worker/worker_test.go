package worker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// A schedule sweeps all places; one whose role cannot be assumed holds up no other.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := inventory.Place{Account: "777788889999", Region: "eu-central-1"}
		r := newRig(t, cloud.Options{}, web, gone, booking)
		r.cloud.Break(gone.Account, "AccessDenied")
		groups(r.cloud.Region(web), 3)
		groups(r.cloud.Region(booking), 5)
		ctx, cancel := invocation(t, 15*time.Minute)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		if got := attached(r.cloud.Region(web), 3) + attached(r.cloud.Region(booking), 5); got != 8 {
			t.Errorf("%d filters, want 8", got)
		}
		if !strings.Contains(r.log.String(), "place cannot be opened") || !strings.Contains(r.log.String(), gone.Account) {
			t.Errorf("the log does not name the account that cannot be opened:\n%s", r.log)
		}
		if len(r.queue.bodies) != 0 {
			t.Errorf("handed on: %v", r.queue.bodies)
		}
		writes := func() int { return r.cloud.Calls()["PutSubscriptionFilter"] }
		before := writes()
		if err := r.Schedule(ctx); err != nil || writes() != before {
			t.Errorf("the second one: %v, %d writes", err, writes()-before)
		}
	})
}

// Where central copies are is looked after first, whatever the order.
func TestCentralFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var places []inventory.Place
		for i := range 20 {
			places = append(places, inventory.Place{Account: fmt.Sprintf("%012d", i), Region: "eu-central-1"})
		}
		r := newRig(t, cloud.Options{Latency: time.Millisecond}, places...)
		r.Sweep.Config.Central = &collector.Central{Account: places[13].Account, Regions: []string{"eu-central-1"}, Groups: []string{"/central/*"}}
		ctx, cancel := invocation(t, time.Minute)
		defer cancel()
		if err := r.Schedule(ctx); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(r.log.String(), "place swept")
		if first, _, _ := strings.Cut(rest, "\n"); !strings.Contains(first, places[13].Account) {
			t.Errorf("first swept: %s", first)
		}
		if n := strings.Count(r.log.String(), "place swept"); n != len(places) {
			t.Errorf("%d places swept", n)
		}
	})
}

// What is throttled for good is reported, and left to the next schedule.
func TestThrottledForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{}, web, booking)
		groups(r.cloud.Region(booking), 3)
		r.cloud.Region(web).Deny("DescribeLogGroups", "ThrottlingException")
		r.cloud.Region(web).Deny("GetResources", "ThrottlingException")
		ctx, cancel := invocation(t, time.Minute)
		defer cancel()
		errs := r.Batch(ctx, [][]byte{[]byte(`{"places":["` + web.String() + `","` + booking.String() + `"]}`)})
		if errs[0] != nil || len(r.queue.bodies) != 0 || attached(r.cloud.Region(booking), 3) != 3 {
			t.Errorf("%v, handed on %v, %d filters", errs, r.queue.bodies, attached(r.cloud.Region(booking), 3))
		}
		if n := strings.Count(r.log.String(), "ThrottlingException"); n < 2 {
			t.Errorf("%d reports:\n%s", n, r.log)
		}
	})
}

// Events bring just their resources forward; one that cannot be read fails alone.
func TestBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.Options{}, web)
		r.cloud.Region(web).AddFunction(inventory.Function{Name: "booking-create", Timeout: 3}, tags("booking")...)
		groups(r.cloud.Region(web), 120)
		ctx, cancel := invocation(t, time.Minute)
		defer cancel()
		if err := r.Schedule(ctx); err != nil { // what is not known of at all is swept as a whole
			t.Fatal(err)
		}
		r.cloud.Region(web).AddLogGroup(inventory.LogGroup{Name: "/aws/lambda/booking-create", Created: 1})
		r.log.Reset()
		before := r.cloud.Calls()["DescribeLogGroups"]
		errs := r.Batch(ctx, [][]byte{event(t, "logs-CreateLogGroup"), []byte("hello"), event(t, "logs-CreateLogGroup-failed"),
			event(t, "lambda-TagResource20170331v2"), event(t, "logs-CreateLogGroup-elsewhere")})
		for i, want := range []bool{false, true, false, false, false} {
			if (errs[i] != nil) != want {
				t.Errorf("message %d: %v", i, errs[i])
			}
		}
		if got := len(r.cloud.Region(web).Filters("/aws/lambda/booking-create")); got != 1 {
			t.Errorf("%d filters, want 1\n%s", got, r.log)
		}
		if n := strings.Count(r.log.String(), `"place swept"`); n != 1 {
			t.Errorf("swept %d times for one batch:\n%s", n, r.log)
		}
		if n := r.cloud.Calls()["DescribeLogGroups"] - before; n > 2 {
			t.Errorf("%d listings of log groups for one: not a sweep of just that", n)
		}
	})
}

// Whatever becomes of messages and time, the schedule that follows finds all done or does
// it, and nothing is done twice.
func TestAnyWeather(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			r := newRig(t, cloud.Options{Seed: seed, Latency: 50 * time.Millisecond, Throttle: 0.05, Fault: 0.01}, web, booking)
			groups(r.cloud.Region(web), 30)
			groups(r.cloud.Region(booking), 10)
			messages := []string{`{"places":["` + web.String() + `"]}`, `{"places":["` + booking.String() + `"]}`, string(event(t, "logs-TagResource")), "poison"}
			for range 6 {
				ctx, cancel := invocation(t, time.Duration(1+random.IntN(20))*time.Second)
				var batch [][]byte
				for range 1 + random.IntN(3) { // some never come, some twice
					batch = append(batch, []byte(messages[random.IntN(len(messages))]))
				}
				for i, err := range r.Batch(ctx, batch) {
					if (err != nil) != (string(batch[i]) == "poison") {
						rt.Fatalf("%s: %v", batch[i], err)
					}
				}
				cancel()
				if body, ok := r.queue.take(); ok && random.IntN(2) == 0 {
					messages = append(messages, body)
				}
			}
			ctx, cancel := invocation(t, 15*time.Minute)
			defer cancel()
			if err := r.Schedule(ctx); err != nil {
				rt.Fatal(err)
			}
			if got := attached(r.cloud.Region(web), 30) + attached(r.cloud.Region(booking), 10); got != 40 {
				rt.Fatalf("%d groups with one filter, want 40\n%s", got, r.log)
			}
		})
	})
}

// opener panics, or fails, at one account.
type opener struct {
	collector.Opener
	at  string
	err error
}

func (o opener) Open(ctx context.Context, p inventory.Place) (collector.Cloud, error) {
	if p.Account != o.at {
		return o.Opener.Open(ctx, p)
	}
	if o.err != nil {
		return nil, o.err
	}
	panic("opener")
}

func TestOnePlaceFails(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		back bool // the message goes back to the queue
	}{
		{"panic", nil, true},
		{"denied", &seamark.Fault{Class: seamark.Permanent, What: "the role cannot be assumed"}, false},
		{"passing", &seamark.Fault{Class: seamark.Temporary, What: "STS throttles"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, cloud.Options{}, web, booking)
				r.Opener = opener{r.cloud, booking.Account, c.err}
				groups(r.cloud.Region(web), 3)
				ctx, cancel := invocation(t, time.Minute)
				defer cancel()
				errs := r.Batch(ctx, [][]byte{[]byte(`{"places":["` + web.String() + `"]}`), []byte(`{"places":["` + booking.String() + `"]}`)})
				if errs[0] != nil || (errs[1] != nil) != c.back || attached(r.cloud.Region(web), 3) != 3 {
					t.Errorf("errors %v, %d filters", errs, attached(r.cloud.Region(web), 3))
				}
				if len(r.queue.bodies) != 0 {
					t.Errorf("handed on: %v", r.queue.bodies)
				}
			})
		})
	}
}
