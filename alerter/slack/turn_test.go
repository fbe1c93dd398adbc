package slack_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
)

// Each turn gets one line in the card's thread; what only changes figures gets none, and a
// card of an earlier release, whose turn nobody noted, gets none at first.
func TestThread(t *testing.T) {
	s := &workspace{}
	r := bot(t, s)
	in := cardtest.Cases()[0].Incident
	in.Severity = seamark.SeverityWarning
	ref := card.Ref("")
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, ""},
		{func() { in.Alarms[0].Value *= 1.1 }, ""},
		{func() { in.Acknowledged = &seamark.Word{By: "ana <!channel>", At: in.UpdatedAt} }, "Acknowledged by ana &lt;!channel&gt;."},
		{func() { in.Severity = seamark.SeverityCritical }, "Now critical: "},
		{func() { in.Escalated = []seamark.Escalation{{To: []string{"nights"}, Why: "critical"}} }, "Escalated to nights: critical"},
		{func() { in.Status, in.ResolvedAt = seamark.IncidentResolved, in.OpenedAt.Add(250*time.Second) }, "Resolved after 4 m 10 s."},
		{func() { in.Status, in.Reopened = seamark.IncidentOpen, 1 }, "Fires again: "},
	} {
		step.change()
		before := len(s.messages)
		got, err := r.Deliver(t.Context(), card.Build(&in, cardtest.Links()), ref)
		if err != nil {
			t.Fatal(err)
		}
		if ref == "" {
			got = card.Ref(strings.Join(strings.Split(string(got), ":")[:2], ":")) // as it was before there were turns
			before++
		}
		ref = got
		switch {
		case step.want == "" && len(s.messages) != before:
			t.Errorf("a line that nobody needs: %q", s.messages[before].Text)
		case step.want != "" && (len(s.messages) != before+1 || !strings.HasPrefix(s.messages[before].Text, step.want) || s.messages[before].Thread != s.messages[0].TS):
			t.Errorf("want %q, got %+v", step.want, s.messages[before:])
		}
	}
}

// A line that could not be posted is tried again with the card; one that Slack refuses for
// good does not hold up the card.
func TestThreadFails(t *testing.T) {
	for _, c := range []struct {
		answer string
		class  seamark.Class
		fails  bool
	}{{`{"ok":false,"error":"internal_error"}`, seamark.Temporary, true}, {`{"ok":false,"error":"cannot_reply_to_message"}`, 0, false}} {
		s := &workspace{}
		r := bot(t, s)
		ref, err := r.Deliver(t.Context(), cardNamed(t, "errors_stack"), "")
		if err != nil {
			t.Fatal(err)
		}
		s.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if r.Form.Get("thread_ts") == "" {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(c.answer))
			return true
		}
		_, err = r.Deliver(t.Context(), cardNamed(t, "resolved"), ref)
		if (err != nil) != c.fails || err != nil && seamark.ClassOf(err) != c.class {
			t.Errorf("%s: %v", c.answer, err)
		}
		s.fault = nil
		if c.fails {
			if _, err := r.Deliver(t.Context(), cardNamed(t, "resolved"), ref); err != nil || len(s.messages) != 2 {
				t.Errorf("%d messages, %v", len(s.messages), err)
			}
		}
	}
}
