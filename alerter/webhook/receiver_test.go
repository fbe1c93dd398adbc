package webhook_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/webhook"
)

const secret = "a secret of enough bytes"

func receiver(t *testing.T, url string) *webhook.Receiver {
	t.Helper()
	r, err := webhook.New(webhook.Options{Name: "program", URL: url, Secret: secret, Now: func() time.Time { return cardtest.Start() }})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A program gets the event, signed; what did not change it does not get again.
func TestSigned(t *testing.T) {
	var got []event.Event
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if want := webhook.Sign([]byte(secret), cardtest.Start(), body); r.Header.Get(webhook.SignatureHeader) != want {
			t.Errorf("signature %q, want %q", r.Header.Get(webhook.SignatureHeader), want)
		}
		var e event.Event
		if err := json.Unmarshal(body, &e); err != nil || r.Header.Get(webhook.KindHeader) != string(e.Kind) || r.Header.Get(webhook.IDHeader) != e.ID {
			t.Errorf("%v %v", err, r.Header)
		}
		got = append(got, e)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	r, c := receiver(t, s.URL+"/hook"), cardtest.Cases()[0].Card()
	ref, err := r.Deliver(t.Context(), c, "")
	if err != nil || ref == "" {
		t.Fatal(ref, err)
	}
	if again, err := r.Deliver(t.Context(), c, ref); err != nil || again != ref || len(got) != 1 || got[0].Kind != event.Opened {
		t.Errorf("%v %v, %d events", again == ref, err, len(got))
	}
}

// A known signature, so that a program in any language can check its own: HMAC-SHA256 of
// "1795356180.{}" under the secret.
func TestKnownSignature(t *testing.T) {
	want := "t=1795356180,v1=7b2cf07e7f0a3a65cbb366569eebdef9eb7b0e4a6f7a7b73ef700f418d6c5eea"
	if got := webhook.Sign([]byte(secret), cardtest.Start(), []byte("{}")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Each answer is tried again, waited for, or given up, and no text holds the URL.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve http.HandlerFunc
		class seamark.Class
		after time.Duration
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, seamark.Temporary, 0},
		{"429", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "7"); w.WriteHeader(429) }, seamark.Temporary, 7 * time.Second},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.com/", http.StatusFound)
		}, seamark.Permanent, 0},
		{"401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, seamark.Permanent, 0},
		{"400", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) }, seamark.Permanent, 0},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, seamark.Temporary, 0},
	} {
		s := httptest.NewServer(c.serve)
		ref, err := receiver(t, s.URL+"/T0PS3CRET").Deliver(t.Context(), cardtest.Cases()[0].Card(), "")
		s.Close()
		if seamark.ClassOf(err) != c.class || ref != "" || strings.Contains(err.Error(), "T0PS3CRET") {
			t.Errorf("%s: %q, %v", c.name, ref, err)
		}
		if limit, ok := errors.AsType[*card.Throttled](err); ok != (c.after > 0) || ok && limit.After != c.after {
			t.Errorf("%s: throttled %v", c.name, limit)
		}
	}
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	if _, err := receiver(t, s.URL+"/T0PS3CRET").Deliver(t.Context(), cardtest.Cases()[0].Card(), ""); seamark.ClassOf(err) != seamark.Temporary || strings.Contains(err.Error(), "T0PS3CRET") {
		t.Error(err)
	}
	if _, err := webhook.New(webhook.Options{Name: "x", URL: "https://example.com", Secret: "short"}); seamark.ClassOf(err) != seamark.Rejected {
		t.Error(err)
	}
}
