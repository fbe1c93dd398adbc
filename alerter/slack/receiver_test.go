package slack_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/slack"
)

func bot(t *testing.T, s *workspace) *slack.Receiver {
	t.Helper()
	r, err := slack.New(slack.Options{Name: "ops", Token: testToken, Channel: testChannel, API: serve(t, s)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func cardNamed(t *testing.T, name string) card.Card {
	t.Helper()
	for _, c := range cardtest.Cases() {
		if c.Name == name {
			return c.Card()
		}
	}
	t.Fatalf("no case %s", name)
	return card.Card{}
}

func TestPostThenEdit(t *testing.T) {
	s := &workspace{}
	r := bot(t, s)
	ref, err := r.Deliver(t.Context(), cardNamed(t, "errors_stack"), "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Deliver(t.Context(), cardNamed(t, "resolved"), ref)
	if err != nil || !strings.HasPrefix(string(again), "C0123456789:1795356180.000000:resolved,") {
		t.Fatalf("ref %q after %q: %v", again, ref, err)
	}
	if len(s.messages) != 2 || s.messages[0].Edits != 1 || !strings.Contains(s.messages[0].Text, "RESOLVED") {
		t.Errorf("got %+v", s.messages)
	}
	if got := s.messages[1]; got.Thread != s.messages[0].TS || !strings.HasPrefix(got.Text, "Resolved after ") || len(got.Blocks) != 0 {
		t.Errorf("in the thread: %+v", got)
	}
	if !strings.Contains(string(s.messages[0].Metadata), "20261122T140300Z-booking-prod") {
		t.Errorf("metadata %s", s.messages[0].Metadata)
	}
}

// Every case must pass the workspace's limits as a full message.
func TestEveryCaseIsAccepted(t *testing.T) {
	for _, c := range cardtest.Cases() {
		s := &workspace{}
		if _, err := bot(t, s).Deliver(t.Context(), c.Card(), ""); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if len(s.calls) != 1 || len(s.messages) != 1 || len(s.messages[0].Blocks) < 3 {
			t.Errorf("%s: calls %v", c.Name, s.calls)
		}
	}
}

// A message that is refused is sent again smaller.
func TestDegrades(t *testing.T) {
	for _, c := range []struct {
		refuse []string
		calls  int
		blocks bool
	}{
		{nil, 1, true},
		{[]string{"data_visualization"}, 2, true},
		{[]string{"container"}, 2, true},
		{[]string{"data_visualization", "rich_text"}, 3, false},
		{[]string{"header"}, 3, false},
	} {
		s := &workspace{refuse: c.refuse}
		ref, err := bot(t, s).Deliver(t.Context(), cardNamed(t, "errors_stack"), "")
		if err != nil || ref == "" {
			t.Fatalf("%v: %q, %v", c.refuse, ref, err)
		}
		if len(s.calls) != c.calls || (len(s.messages[0].Blocks) > 0) != c.blocks {
			t.Errorf("%v: calls %v, blocks %d", c.refuse, s.calls, len(s.messages[0].Blocks))
		}
		if !strings.Contains(s.messages[0].Text, "booking prod: 5xx 8.1%") {
			t.Errorf("%v: text %q", c.refuse, s.messages[0].Text)
		}
	}
}

// Whichever kind of block a workspace refuses, the card arrives with its first line.
func TestEachBlockRefused(t *testing.T) {
	c := cardNamed(t, "errors_stack")
	c.About, c.Muted = []string{"what people wrote"}, "muted by deploy-window"
	for _, block := range []string{"header", "context", "rich_text", "data_visualization", "container", "actions"} {
		s := &workspace{refuse: []string{block}}
		ref, err := bot(t, s).Deliver(t.Context(), c, "")
		if err != nil || ref == "" || len(s.messages) != 1 || !strings.Contains(s.messages[0].Text, "booking prod: 5xx 8.1%") {
			t.Errorf("%s: %q, %v, calls %v", block, ref, err, s.calls)
		}
	}
}

// After a crash the message is found by its metadata, wherever it lies in the history.
func TestFindsWhatWasPosted(t *testing.T) {
	s := &workspace{}
	r := bot(t, s)
	if _, err := r.Deliver(t.Context(), cardNamed(t, "errors_stack"), ""); err != nil {
		t.Fatal(err)
	}
	for range 5 { // other incidents came after it
		if _, err := r.Deliver(t.Context(), cardNamed(t, "description_not_json"), ""); err != nil {
			t.Fatal(err)
		}
	}
	ref, err := r.Deliver(t.Context(), cardNamed(t, "resolved"), card.RefUnknown)
	if err != nil || len(s.messages) != 6 || s.messages[0].Edits != 1 {
		t.Fatalf("ref %q, %v, %d messages", ref, err, len(s.messages))
	}
	// Without the scope to look, or with nothing to find, it is posted.
	s.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.HasSuffix(r.URL.Path, "conversations.history") {
			io.WriteString(w, `{"ok":false,"error":"missing_scope","needed":"channels:history"}`)
			return true
		}
		return false
	}
	if _, err := r.Deliver(t.Context(), cardNamed(t, "resolved"), card.RefUnknown); err != nil || len(s.messages) != 7 {
		t.Errorf("%v, %d messages", err, len(s.messages))
	}
}

func TestPostsAnewWhatIsGone(t *testing.T) {
	s := &workspace{}
	ref, err := bot(t, s).Deliver(t.Context(), cardNamed(t, "4xx_firing"), card.Ref(testChannel+":1.2"))
	if err != nil || len(s.messages) != 1 || !strings.HasPrefix(string(ref), testChannel+":"+s.messages[0].TS+":") {
		t.Errorf("ref %q, %v", ref, err)
	}
}

// What can go wrong, and what must be made of it. No message may hold the token.
func TestFaults(t *testing.T) {
	write := func(status int, body string, header ...string) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			io.WriteString(w, body)
			return true
		}
	}
	for _, c := range []struct {
		name  string
		fault func(http.ResponseWriter, *http.Request, int) bool
		class seamark.Class
		after time.Duration
		words string
	}{
		{"429", write(429, "", "Retry-After", "7"), seamark.Temporary, 7 * time.Second, "limits the rate"},
		{"429 without time", write(429, ""), seamark.Temporary, 0, "429"},
		{"ratelimited in 200", write(200, `{"ok":false,"error":"ratelimited"}`), seamark.Temporary, 0, "ratelimited"},
		{"500", write(500, "<html>oops</html>"), seamark.Temporary, 0, "500"},
		{"503", write(503, ""), seamark.Temporary, 0, "503"},
		{"garbage", write(200, "<html>captive portal</html>"), seamark.Temporary, 0, "cannot be read"},
		{"empty", write(200, ""), seamark.Temporary, 0, "cannot be read"},
		{"no ts", write(200, `{"ok":true}`), seamark.Temporary, 0, "without a message"},
		{"not ok, no word", write(200, `{"ok":false}`), seamark.Temporary, 0, "without a message"},
		{"invalid_auth", write(200, `{"ok":false,"error":"invalid_auth"}`), seamark.Permanent, 0, "valid bot token"},
		{"channel", write(200, `{"ok":false,"error":"not_in_channel"}`), seamark.Permanent, 0, "invite the app"},
		{"scope", write(200, `{"ok":false,"error":"missing_scope","needed":"chat:write"}`), seamark.Permanent, 0, "chat:write"},
		{"archived", write(200, `{"ok":false,"error":"is_archived"}`), seamark.Permanent, 0, "archived"},
		{"always invalid", write(200, `{"ok":false,"error":"invalid_blocks"}`), seamark.Permanent, 0, "invalid_blocks"},
		{"redirect", write(302, "", "Location", "http://169.254.169.254/"), seamark.Permanent, 0, "302"},
		{"hangs up", func(w http.ResponseWriter, _ *http.Request, _ int) bool { panic(http.ErrAbortHandler) }, seamark.Temporary, 0, "receiver ops"},
		{"hangs", func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true }, seamark.Temporary, 0, "cannot be reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if c.name == "hangs" {
				ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
			}
			defer cancel()
			_, err := bot(t, &workspace{fault: c.fault}).Deliver(ctx, cardNamed(t, "4xx_firing"), "")
			if _, ok := errors.AsType[*seamark.Fault](err); !ok || seamark.ClassOf(err) != c.class {
				t.Fatalf("class %v: %v", seamark.ClassOf(err), err)
			}
			if throttled, ok := errors.AsType[*card.Throttled](err); ok != (c.after > 0) || ok && throttled.After != c.after {
				t.Errorf("throttled %v, want %v", throttled, c.after)
			}
			if !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), "canary") {
				t.Errorf("message %q", err)
			}
		})
	}
}

// An incoming webhook answers with words of its own.
func TestWebhook(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		class  seamark.Class
		ok     bool
	}{
		{200, "ok", 0, true},
		{200, "<html>login</html>", seamark.Temporary, false},
		{200, "", seamark.Temporary, false},
		{403, "invalid_token", seamark.Permanent, false},
		{404, "no_service", seamark.Permanent, false},
		{410, "channel_is_archived", seamark.Permanent, false},
		{400, "invalid_blocks", seamark.Permanent, false},
		{429, "", seamark.Temporary, false},
		{500, "rollup_error", seamark.Temporary, false},
		{301, "", seamark.Permanent, false},
	} {
		calls := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		}))
		r, err := slack.New(slack.Options{Name: "hook", Webhook: srv.URL + "/services/canary-secret"})
		if err != nil {
			t.Fatal(err)
		}
		ref, err := r.Deliver(t.Context(), cardNamed(t, "4xx_firing"), "")
		if (err == nil) != c.ok || ref != "" || !c.ok && seamark.ClassOf(err) != c.class {
			t.Errorf("%d %s: ref %q, class %v, %v", c.status, c.body, ref, seamark.ClassOf(err), err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%d %s: the message holds the secret: %v", c.status, c.body, err)
		}
		if want := map[bool]int{true: 3, false: 1}[c.body == "invalid_blocks"]; calls != want {
			t.Errorf("%d %s: %d calls, want %d", c.status, c.body, calls, want)
		}
		srv.Close()
		if _, err := r.Deliver(t.Context(), cardNamed(t, "4xx_firing"), ""); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("after the end: %v", err)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []slack.Options{{}, {Token: "t"}, {Channel: "C"}, {Token: "t", Channel: "C", Webhook: "https://x.example"}, {Webhook: "nonsense"}, {Webhook: "file:///etc/passwd"}} {
		if _, err := slack.New(o); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// What log text says stays text: nothing of it is left where Slack interprets it.
func TestNothingIsInterpreted(t *testing.T) {
	s := &workspace{}
	if _, err := bot(t, s).Deliver(t.Context(), cardNamed(t, "hostile"), ""); err != nil {
		t.Fatal(err)
	}
	var texts []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["type"] == "mrkdwn" {
				texts = append(texts, v["text"].(string))
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
	for _, b := range s.messages[0].Blocks {
		walk(b)
	}
	if diff := cmp.Diff(texts, []string{"since <!date^1795356180^{time_secs}|14:03:00 UTC>, 45 s"}); diff != "" {
		t.Errorf("mrkdwn (-got +want):\n%s", diff)
	}
	if strings.ContainsAny(s.messages[0].Text, "<>\x1b") {
		t.Errorf("fallback %q", s.messages[0].Text)
	}
}

// A Retry-After may be a date; it is a wait all the same.
func TestRetryAfterDate(t *testing.T) {
	at := time.Now().Add(30 * time.Minute)
	w := &workspace{fault: func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("Retry-After", at.UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}}
	_, err := bot(t, w).Deliver(t.Context(), cardNamed(t, "4xx_firing"), "")
	throttled, ok := errors.AsType[*card.Throttled](err)
	if !ok || seamark.ClassOf(err) != seamark.Temporary {
		t.Fatalf("class %v: %v", seamark.ClassOf(err), err)
	}
	if throttled.After < 20*time.Minute || throttled.After > 31*time.Minute {
		t.Errorf("waits %v, want about 30 m", throttled.After)
	}
}

// Where an incident ended on another day than it began, both times say which.
func TestRangeOverMidnight(t *testing.T) {
	c := cardNamed(t, "resolved")
	c.Opened, c.Resolved = time.Date(2026, 11, 27, 9, 12, 33, 0, time.UTC), time.Date(2026, 11, 30, 1, 1, 0, 0, time.UTC)
	b, err := slack.Render(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`\u003c!date^1795770753^{date_short_pretty} {time_secs}|2026-11-27 09:12:33 UTC\u003e`,
		`\u003c!date^1796000460^{date_short_pretty} {time_secs}|2026-11-30 01:01:00 UTC\u003e`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is not in %s", want, b)
		}
	}
}
