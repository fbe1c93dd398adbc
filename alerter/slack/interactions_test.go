package slack_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/slack"
)

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"

// clickOn is Slack's request for a click on a button.
func clickOn(action, value, secret string, at time.Time) *http.Request {
	payload, _ := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": "U1", "username": "ana", "name": "ana"}, "response_url": "https://hooks.slack.com/actions/T/1/x",
		"actions": []any{map[string]any{"type": "button", "action_id": action, "block_id": "b", "value": value}},
	})
	body := url.Values{"payload": {string(payload)}}.Encode()
	r := httptest.NewRequest(http.MethodPost, slack.InteractionsPath, strings.NewReader(body))
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// told is where Slack takes answers.
type told struct{ bodies []string }

func (a *told) RoundTrip(r *http.Request) (*http.Response, error) {
	var b struct{ Text string }
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		return nil, err
	}
	a.bodies = append(a.bodies, r.URL.Host+" "+b.Text)
	return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
}

func TestInteractions(t *testing.T) {
	for name, c := range map[string]struct {
		request *http.Request
		err     error
		status  int
		pressed string
		answer  string
	}{
		"done":         {clickOn("seamark-act-3", "i=x&d=ack", signingSecret, time.Now()), nil, 200, "@ana i=x d=ack", ""},
		"a link":       {clickOn("link-0", "", signingSecret, time.Now()), nil, 200, "", ""},
		"another app":  {clickOn("seamark-act-3", "i=x&d=ack", "another", time.Now()), nil, 401, "", ""},
		"replayed":     {clickOn("seamark-act-3", "i=x&d=ack", signingSecret, time.Now().Add(-10*time.Minute)), nil, 401, "", ""},
		"unsigned":     {httptest.NewRequest(http.MethodPost, slack.InteractionsPath, strings.NewReader("payload={}")), nil, 401, "", ""},
		"a look":       {httptest.NewRequest(http.MethodGet, slack.InteractionsPath, nil), nil, 405, "", ""},
		"over already": {clickOn("seamark-act-3", "i=x&d=ack", signingSecret, time.Now()), &seamark.Fault{Class: seamark.Rejected, What: "it is over <already>", Remedy: "rest"}, 200, "@ana i=x d=ack", "hooks.slack.com Nothing was done: it is over &lt;already&gt;. rest"},
		"disk is full": {clickOn("seamark-act-3", "i=x&d=ack", signingSecret, time.Now()), errors.New("no space"), 503, "@ana i=x d=ack", "hooks.slack.com That could not be stored. Try again in a minute."},
	} {
		t.Run(name, func(t *testing.T) {
			pressed, answers := "", &told{}
			h := slack.NewInteractions(slack.InteractionsOptions{
				Secrets: []string{"of another app of ours", signingSecret}, Answer: &http.Client{Transport: answers},
				Press: func(_ context.Context, button url.Values, who string) error {
					pressed = who + " i=" + button.Get("i") + " d=" + button.Get("d")
					return c.err
				},
			})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, c.request)
			if w.Code != c.status || pressed != c.pressed || strings.Join(answers.bodies, "|") != c.answer {
				t.Errorf("%d, pressed %q, told %q", w.Code, pressed, answers.bodies)
			}
		})
	}
}

// Where Slack tells us of clicks, those who act need no browser; everywhere else, and for
// links, the button leads to a page.
func TestInteractiveButtons(t *testing.T) {
	to := cardtest.Links()
	to.Acts = func(*seamark.Incident) []links.Link {
		return []links.Link{{Label: "Acknowledge", URL: "https://seamark.example.com/act?d=ack&i=x"}}
	}
	in := cardtest.Cases()[0].Incident
	for _, interactive := range []bool{false, true} {
		s := &workspace{}
		r, err := slack.New(slack.Options{Name: "ops", Token: testToken, Channel: testChannel, API: serve(t, s), Interactive: interactive})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Deliver(t.Context(), card.Build(&in, to), ""); err != nil {
			t.Fatal(err)
		}
		acts, leads := 0, 0
		for _, b := range s.messages[0].Blocks {
			list, _ := b["elements"].([]any)
			for _, e := range list {
				e, _ := e.(map[string]any)
				id, _ := e["action_id"].(string)
				if strings.HasPrefix(id, "seamark-act-") && e["value"] == "d=ack&i=x" && e["url"] == nil && e["confirm"] != nil {
					acts++
				}
				if u, _ := e["url"].(string); strings.Contains(u, "/act?") {
					leads++
				}
			}
		}
		if acts != map[bool]int{true: 1}[interactive] || leads != map[bool]int{false: 1}[interactive] {
			t.Errorf("interactive %v: %d act, %d lead to a page", interactive, acts, leads)
		}
	}
}
