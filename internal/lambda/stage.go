package lambda

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Stage is the Work of a stage that is told of new objects and of things to do.
type Stage struct {
	// Do has what can be done by the name in {"do": "…"}. The payload is the whole object.
	Do map[string]func(ctx context.Context, payload []byte) (any, error)
	// Each does messages, in any order and side by side, and returns an error for each, nil for
	// those that are done. No message has a Do that Do does not know.
	Each func(ctx context.Context, messages []Message) []error
	// Default names what is done on a schedule that says nothing.
	Default string
	// Other answers payloads that are neither; nil: they are refused.
	Other func(ctx context.Context, payload []byte) (any, error)
}

// Schedule implements Work.
func (s *Stage) Schedule(ctx context.Context) error {
	_, err := s.do(ctx, s.Default, []byte(`{}`))
	return err
}

// Batch implements Work. What cannot be understood fails alone.
func (s *Stage) Batch(ctx context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	var messages []Message
	var at []int
	for i, b := range bodies {
		m, err := ReadMessage(b)
		if err == nil && m.Do != "" && s.Do[m.Do] == nil {
			err = s.unknown(m.Do)
		}
		if errs[i] = err; err == nil {
			messages, at = append(messages, m), append(at, i)
		}
	}
	if len(messages) == 0 {
		return errs
	}
	for k, err := range s.Each(ctx, messages) {
		errs[at[k]] = err
	}
	return errs
}

// Invoke implements Work: {"do": …} is answered with what came of it, a message with null.
func (s *Stage) Invoke(ctx context.Context, payload []byte) (any, error) {
	m, err := ReadMessage(payload)
	switch {
	case err == nil && m.Do != "":
		return s.do(ctx, m.Do, payload)
	case err == nil:
		return nil, s.Each(ctx, []Message{m})[0]
	case s.Other != nil:
		return s.Other(ctx, payload)
	}
	return nil, err
}

func (s *Stage) do(ctx context.Context, what string, payload []byte) (any, error) {
	do := s.Do[what]
	if do == nil {
		return nil, s.unknown(what)
	}
	return do(ctx, payload)
}

func (s *Stage) unknown(what string) error {
	return &seamark.Fault{Class: seamark.Rejected, Where: fmt.Sprintf(`{"do": %q}`, what), What: "nothing is done by that name",
		Remedy: "use one of " + strings.Join(slices.Sorted(maps.Keys(s.Do)), ", ")}
}
