package teams_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/teams"
)

// workflow is the webhook of a Teams workflow: it accepts what Teams accepts.
type workflow struct {
	patience time.Duration // of who posts; 0: a minute
	t        *testing.T
	bare     bool
	limit    int    // bytes
	refuse   string // what a body must not hold
	answer   func(w http.ResponseWriter, r *http.Request)
	bodies   [][]byte
}

func (f *workflow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	f.bodies = append(f.bodies, body)
	if f.answer != nil {
		f.answer(w, r)
		return
	}
	if f.limit > 0 && len(body) > f.limit {
		http.Error(w, "Request entity too large", http.StatusRequestEntityTooLarge)
		return
	}
	if f.refuse != "" && strings.Contains(string(body), f.refuse) {
		http.Error(w, "BadRequest", http.StatusBadRequest)
		return
	}
	if problem := check(body, f.bare); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// check says what is wrong with a posted card.
func check(body []byte, bare bool) string {
	content := json.RawMessage(body)
	if !bare {
		var m struct {
			Type        string
			Attachments []struct {
				ContentType string
				ContentURL  any
				Content     json.RawMessage
			}
		}
		if err := json.Unmarshal(body, &m); err != nil || m.Type != "message" || len(m.Attachments) != 1 || m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" {
			return "not the envelope of a workflow"
		}
		content = m.Attachments[0].Content
	}
	var card struct {
		Type, Version string
		Body          []map[string]any
		MSTeams       struct{ Width string }
	}
	if err := json.Unmarshal(content, &card); err != nil || card.Type != "AdaptiveCard" || card.Version != "1.5" || len(card.Body) == 0 || card.MSTeams.Width != "Full" {
		return "not an Adaptive Card 1.5"
	}
	return ""
}

func deliver(t *testing.T, f *workflow, card card.Card) error {
	t.Helper()
	f.t = t
	srv := httptest.NewServer(f)
	defer srv.Close()
	r, err := teams.New(teams.Options{Name: "team", URL: srv.URL + "/workflows/canary-secret?sig=canary-secret", Bare: f.bare})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(f.patience, time.Minute)) // a loaded machine is slow
	defer cancel()
	ref, err := r.Deliver(ctx, card, "")
	if ref != "" {
		t.Errorf("ref %q: nothing can be edited", ref)
	}
	return err
}

func TestEveryCaseIsAccepted(t *testing.T) {
	for _, c := range cardtest.Cases() {
		for _, bare := range []bool{false, true} {
			if err := deliver(t, &workflow{bare: bare, limit: 27_000}, c.Card()); err != nil {
				t.Errorf("%s bare=%v: %v", c.Name, bare, err)
			}
		}
	}
}

// A flow that takes less than Teams itself still gets a card.
func TestTooLargeShrinks(t *testing.T) {
	f := &workflow{limit: 3000}
	if err := deliver(t, f, cardtest.Cases()[1].Card()); err != nil || len(f.bodies) > 4 {
		t.Fatalf("%v after %d posts", err, len(f.bodies))
	}
	if last := f.bodies[len(f.bodies)-1]; !strings.Contains(string(last), "booking prod: 5xx 8.1%") {
		t.Errorf("the small card says %s", last)
	}
}

// Whichever element a webhook refuses, the card arrives with its first line.
func TestEachElementRefused(t *testing.T) {
	c := cardtest.Cases()[1].Card()
	c.About = []string{"what people wrote"}
	for _, element := range []string{"Chart.VerticalBar.Grouped", "ActionSet", "Action.OpenUrl", "emphasis", "Monospace", `"fallback":`, "what people wrote", "incident 2026"} {
		f := &workflow{refuse: element}
		err := deliver(t, f, c)
		if element == "incident 2026" { // in every card: then it is the card itself that is refused
			if seamark.ClassOf(err) != seamark.Permanent {
				t.Errorf("%s: %v", element, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v after %d posts", element, err, len(f.bodies))
			continue
		}
		if last := string(f.bodies[len(f.bodies)-1]); !strings.Contains(last, "booking prod: 5xx 8.1%") || strings.Contains(last, element) {
			t.Errorf("%s: %s", element, last)
		}
	}
}

// What can go wrong, and what must be made of it. No message may hold the URL.
func TestFaults(t *testing.T) {
	write := func(status int, body string, header ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request)
		ok     bool
		class  seamark.Class
		after  time.Duration
	}{
		{"202", write(202, ""), true, 0, 0},
		{"200 with 1", write(200, "1"), true, 0, 0},
		{"200 with a failure inside", write(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x"), false, seamark.Temporary, 2 * time.Second},
		{"200 with a refusal inside", write(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403"), false, seamark.Permanent, 0},
		{"200 with a page", write(200, "<!DOCTYPE html><title>Sign in</title>"), false, seamark.Temporary, 0},
		{"429", write(429, "", "Retry-After", "9"), false, seamark.Temporary, 9 * time.Second},
		{"429 without time", write(429, ""), false, seamark.Temporary, 2 * time.Second},
		{"400", write(400, `{"error":{"code":"InvalidRequestContent"}}`), false, seamark.Permanent, 0},
		{"401", write(401, ""), false, seamark.Permanent, 0},
		{"404", write(404, ""), false, seamark.Permanent, 0},
		{"413 always", write(413, ""), false, seamark.Permanent, 0},
		{"500", write(500, ""), false, seamark.Temporary, 0},
		{"502", write(502, "<html>"), false, seamark.Temporary, 0},
		{"redirect", write(302, "", "Location", "http://169.254.169.254/latest/meta-data/"), false, seamark.Permanent, 0},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, seamark.Temporary, 0},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false, seamark.Temporary, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &workflow{answer: c.answer}
			if c.name == "hangs" {
				f.patience = time.Second
			}
			err := deliver(t, f, cardtest.Cases()[0].Card())
			if (err == nil) != c.ok {
				t.Fatalf("got %v", err)
			}
			if err == nil {
				return
			}
			if _, ok := errors.AsType[*seamark.Fault](err); !ok || seamark.ClassOf(err) != c.class {
				t.Errorf("class %v: %v", seamark.ClassOf(err), err)
			}
			if throttled, ok := errors.AsType[*card.Throttled](err); ok != (c.after > 0) || ok && throttled.After != c.after {
				t.Errorf("throttled %v, want %v", throttled, c.after)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the message holds the secret: %v", err)
			}
		})
	}
}

// The metadata service is not reached, by whatever name or number.
func TestRefusesMetadata(t *testing.T) {
	for _, host := range []string{"169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "0.0.0.0:1"} {
		r, err := teams.New(teams.Options{Name: "x", URL: "http://" + host + "/canary-secret"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = r.Deliver(t.Context(), cardtest.Cases()[0].Card(), ""); err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// However large and odd an incident is, its card fits and is valid.
func TestAlwaysFitsProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := func(what string) string {
			s := rapid.String().Draw(rt, what)
			return strings.Repeat(s, rapid.SampledFrom([]int{1, 10, 1000}).Draw(rt, what+" times"))
		}
		c := card.Card{ID: text("id"), Title: text("title"), Where: []string{text("where")}}
		for range rapid.IntRange(0, 8).Draw(rt, "n") {
			c.Problems = append(c.Problems, card.Problem{Rule: text("rule"), Component: text("component"), Measured: text("measured"), Reason: text("reason")})
			c.Patterns = append(c.Patterns, card.Pattern{Kind: text("kind"), Sample: text("sample"), Stack: []string{text("frame"), text("frame")}})
			c.Links = append(c.Links, links.Link{Label: "Logs", URL: "https://example.com/" + strings.Repeat("x", 2900)})
			c.Notes = append(c.Notes, text("note"))
		}
		b, err := teams.Render(c, false)
		if err != nil || len(b) > 27_000 {
			rt.Fatalf("%d bytes, %v", len(b), err)
		}
		if problem := check(b, false); problem != "" {
			rt.Fatal(problem)
		}
	})
}

// Log text lies in TextRuns only, where no markdown is interpreted.
func TestNothingIsInterpreted(t *testing.T) {
	b, err := teams.Render(cardtest.Cases()[5].Card(), true)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			switch v["type"] {
			case "TextBlock", "FactSet", "Fact", "Input.Text":
				t.Errorf("a %v interprets markdown", v["type"])
			case "Action.OpenUrl":
				if u, _ := v["url"].(string); !strings.HasPrefix(u, "https://") {
					t.Errorf("a button leads to %q", u)
				}
			}
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
}
