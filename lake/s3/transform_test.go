package s3_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
	"github.com/seamark-hq/seamark/transformer"
)

// object is a landing object of n events in several partitions.
func object(name string, n int) []byte {
	var out bytes.Buffer
	for p := range 3 {
		var events []string
		for i := range n {
			events = append(events, fmt.Sprintf(`{"id":"%s-%d-%d","timestamp":%d,"message":"hello %d"}`, name, p, i, 1795334400000+int64(i%4)*3_600_000, i))
		}
		w := gzip.NewWriter(&out)
		fmt.Fprintf(w, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/p%d/prod/team/eu-central-1/f"],"logEvents":[%s]}`, p, strings.Join(events, ","))
		w.Close()
	}
	return out.Bytes()
}

// transformAll does what landing minus ledger says must be done.
func transformAll(s lake.Store) error {
	ctx := context.Background()
	l := lake.New(s)
	if err := l.Refresh(ctx); err != nil {
		return err
	}
	if err := l.Recover(); err != nil {
		return err
	}
	pending, err := l.Pending()
	if err != nil {
		return err
	}
	t := transformer.New(l, nil)
	for _, p := range pending {
		src, err := transformer.OpenObject(l, s, p.Key)
		if err != nil {
			return err
		}
		_, err = t.Transform(ctx, src, false)
		src.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// A whole transformation through a network in which every request may fail in every way, so
// often that the retries sometimes give up. Whoever tries again, as every stage does, ends
// with what a perfect network gives.
func TestTransformThroughFaults(t *testing.T) {
	url, folder := gateway(t)
	p := newProxy(t, url)
	direct := open(t, "s3://"+bucket(t, folder), hasty(t))
	t.Setenv("AWS_ENDPOINT_URL", p.server.URL)
	o := hasty(t)
	o.Stall, o.Attempts, o.BlockBytes = 300*time.Millisecond, 3, 1024
	kinds := []fault{slowDown, internal, conflict, resetBefore, resetAfter, half, errorIn200, errorAfter, failAfterAll}
	rounds := 10
	if os.Getenv("SEAMARK_TORTURE") != "" {
		rounds = 500
	}
	failed := 0
	for round := range rounds {
		r := rand.New(rand.NewPCG(uint64(round), 7))
		name := fmt.Sprintf("round-%d", round)
		s := open(t, direct.Root()+"/"+name, o)
		at := func(i int) string {
			return fmt.Sprintf("%s/landing/2026/11/22/08/seamark-1-2026-11-22-08-00-0%d-10000000-0000-4000-8000-000000000001.gz", name, i)
		}
		for i := range 3 {
			if err := direct.PutBytes(at(i), object(fmt.Sprint(i), 20)); err != nil {
				t.Fatal(err)
			}
		}
		p.play(func(int) fault {
			if r.IntN(4) == 0 {
				return kinds[r.IntN(len(kinds))]
			}
			return sound
		})
		for try := 0; ; try++ {
			err := transformAll(s)
			if err == nil {
				break
			}
			failed++
			if seamark.ClassOf(err) != seamark.Temporary || try > 100 {
				t.Fatalf("round %d, try %d: %v", round, try, err)
			}
		}
		p.play(nil)
		place := filepath.Join(folder, strings.TrimPrefix(direct.Root(), s3.Scheme), name)
		for _, f := range check.Lake(place, nil) {
			t.Errorf("round %d: %s", round, f)
		}
	}
	if failed == 0 {
		t.Error("no try failed: the network was too good")
	}
	t.Logf("%d tries failed in %d rounds", failed, rounds)
}
