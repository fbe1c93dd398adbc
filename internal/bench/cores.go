package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// cores compares one core with two over eight landing objects, by the clock.
func (b *bench) cores() (string, error) {
	var objects []string
	var truth fleet.Truth
	for i := range 8 {
		object, t, err := b.object(fmt.Sprintf("part%d.gz", i), fleet.Bulk{Seed: uint64(10 + i), Events: b.events / 4})
		if err != nil {
			return "", err
		}
		objects = append(objects, object)
		truth.Add(t)
	}
	var one, two []sample
	for range b.rounds {
		for _, c := range []struct {
			env string
			to  *[]sample
		}{{"GOMAXPROCS=1", &one}, {"GOMAXPROCS=2", &two}} {
			lake := filepath.Join(b.work, "cores")
			s, err := b.transformInto(lake, c.env, truth, objects...)
			if err != nil {
				return "", err
			}
			*c.to = append(*c.to, s)
			if err := os.RemoveAll(lake); err != nil {
				return "", err
			}
		}
	}
	clock := func(s sample) time.Duration { return s.wall }
	a, c := medianBy(one, clock), medianBy(two, clock)
	return fmt.Sprintf("## Two cores\n\nEight landing objects, %.0f MB uncompressed together, medians of %d runs by the clock: %.2f s on one core, %.2f s on two: **%.2f times** as fast. Peak resident %d and %d MB.\n",
		mb(truth.Bytes), b.rounds, a.wall.Seconds(), c.wall.Seconds(), a.wall.Seconds()/c.wall.Seconds(), a.rssMB, c.rssMB), nil
}
