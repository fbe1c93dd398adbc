package cloudtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// events reads what a group took between two moments.
func (s *session) events(group, pattern string, from, to int64) ([]inventory.LogEvent, error) {
	all, _, err := everything(10_000, func(t string) ([]inventory.LogEvent, string, error) {
		return s.cloud.LogEvents(s.ctx, group, pattern, from, to, t)
	})
	return all, err
}

func messages(events []inventory.LogEvent) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Message)
	}
	return out
}

var historyChecks = []check{
	{"history is from <= t < to", func(s *session) error {
		at := time.Now().Add(-time.Hour).UnixMilli()
		if err := s.cloud.CreateLogGroup(s.ctx, "/app", nil); err != nil {
			return err
		}
		var events []inventory.LogEvent
		for i := range int64(5) {
			events = append(events, inventory.LogEvent{Stream: fmt.Sprint("s", i%2), Message: fmt.Sprint("line ", i), Timestamp: at + i})
		}
		if err := s.team.Write(s.ctx, "/app", events); err != nil {
			return err
		}
		return s.soon(func() error {
			got, err := s.events("/app", "", at+1, at+4)
			if err != nil {
				return err
			}
			ids := map[string]bool{}
			for _, e := range got {
				ids[e.ID] = true
				if e.ID == "" || e.Stream == "" || e.Ingested < at {
					return fmt.Errorf("event %+v", e)
				}
			}
			if len(ids) != len(got) {
				return fmt.Errorf("ids of %+v", got)
			}
			return same("messages", messages(got), []string{"line 1", "line 2", "line 3"})
		})
	}},
	{"history is filtered by a pattern", func(s *session) error {
		at := time.Now().Add(-time.Hour).UnixMilli()
		if err := first(s.cloud.CreateLogGroup(s.ctx, "/app", nil), s.team.Write(s.ctx, "/app", []inventory.LogEvent{
			{Stream: "s", Message: `{"level":"ERROR","n":1}`, Timestamp: at}, {Stream: "s", Message: `{"level":"INFO","n":2}`, Timestamp: at + 1},
		})); err != nil {
			return err
		}
		return s.soon(func() error {
			got, err := s.events("/app", `{ $.level = "ERROR" }`, at, at+10)
			if err != nil || len(got) != 1 || !slices.Equal(messages(got), []string{`{"level":"ERROR","n":1}`}) {
				return fmt.Errorf("got %+v, %v", got, err)
			}
			return nil
		})
	}},
	{"history of a log group that is not there", func(s *session) error {
		_, _, err := s.cloud.LogEvents(s.ctx, "/none", "", 1, 2, "")
		return fails("read", err, "ResourceNotFoundException")
	}},
}
