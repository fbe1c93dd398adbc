package app_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/oncall"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// An alert that Prometheus would send becomes an incident and a card, is silenced, and all
// of it is there after a restart.
func TestAlertmanagerDoor(t *testing.T) {
	c := settings(t.TempDir())
	c.Labels = map[string]string{"namespace": "product"}
	a := start(t, c)
	call := func(method, path string, body any, header ...string) (int, string) {
		t.Helper()
		b, _ := json.Marshal(body)
		return a.ask(method, path, string(b), append([]string{"Content-Type", "application/json"}, header...)...)
	}
	alert := []map[string]any{{
		"labels": map[string]string{"alertname": "Down", "namespace": "booking", "environment": "prod", "severity": "critical"}, "annotations": map[string]string{"summary": "it is down"},
		"startsAt": time.Now().Add(-time.Minute).Format(time.RFC3339),
	}}
	if code, body := call("POST", "/api/v2/alerts", alert); code != 200 {
		t.Fatalf("%d %s", code, body)
	}
	silence := map[string]any{"matchers": []map[string]any{{"name": "product", "value": "booking", "isRegex": false}}, "startsAt": time.Now().Format(time.RFC3339),
		"endsAt": time.Now().Add(time.Hour).Format(time.RFC3339), "createdBy": "ana", "comment": "deploy"}
	if code, body := call("POST", "/api/v2/silences", silence); code != 200 {
		t.Fatalf("%d %s", code, body)
	}
	check := func() {
		t.Helper()
		if code, body := a.ask("GET", "/api/v2/alerts", ""); code != 200 || !strings.Contains(body, `"state":"suppressed"`) || !strings.Contains(body, `"product":"booking"`) {
			t.Errorf("%d %s", code, body)
		}
		if code, body := a.ask("GET", "/api/v2/silences", ""); code != 200 || !strings.Contains(body, `"comment":"deploy"`) {
			t.Errorf("%d %s", code, body)
		}
		if _, body := a.ask("GET", "/metrics", ""); !strings.Contains(body, `alertmanager_build_info{`) || !strings.Contains(body, `version="0.34.2"`) {
			t.Error("karma finds no version in /metrics")
		}
	}
	check()
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	a = start(t, c)
	check()

	for what, header := range map[string][]string{"another site": {"Sec-Fetch-Site", "cross-site"}, "another origin": {"Origin", "https://evil.example.com"}} {
		if code, body := call("POST", "/api/v2/silences", silence, header...); code != http.StatusForbidden {
			t.Errorf("%s: %d %s", what, code, body)
		}
	}
	if code, _ := a.ask("GET", "/api/v2/alerts", "", "Host", "evil.example.com"); code != http.StatusMisdirectedRequest {
		t.Errorf("a foreign host name: %d", code)
	}
}

// A silence made on the command line goes through the appliance that holds the folder.
func TestSilencesThroughTheAppliance(t *testing.T) {
	c := settings(t.TempDir())
	a := start(t, c)
	reach := *c
	reach.Listen = strings.TrimPrefix(a.url, "http://")
	s, err := oncall.OpenSilences(&reach, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	matchers, err := oncall.Matchers([]string{`product=~"book.*"`, "severity!=critical"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Add(t.Context(), matchers, time.Now().Add(time.Hour), "ana", "deploy")
	if err != nil {
		t.Fatal(err)
	}
	if _, body := a.ask("GET", "/api/v2/silences", ""); !strings.Contains(body, id) {
		t.Errorf("the appliance has no %s: %s", id, body)
	}
	if list, err := s.List(t.Context(), false); err != nil || len(list) != 1 || strings.Join(list[0].Matchers, " ") != `product=~"book.*" severity!="critical"` {
		t.Errorf("%+v, %v", list, err)
	}
	if got, err := s.Expire(t.Context(), id[:6]); err != nil || got != id {
		t.Errorf("%q, %v", got, err)
	}
	if list, err := s.List(t.Context(), false); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := oncall.OpenSilences(c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "no fixed address") {
		t.Errorf("got %v", err)
	}
}

// Where others can reach the appliance, its doors ask for the key.
func TestDoorsAskForTheKey(t *testing.T) {
	c := settings(t.TempDir())
	a := start(t, c)
	key := a.AccessKey()
	const forwarded = "X-Forwarded-For"
	for _, path := range []string{"/api/v2/status", "/ingest/sns"} {
		open, shut := 200, http.StatusUnauthorized
		if path == "/ingest/sns" {
			open = http.StatusMethodNotAllowed
		}
		for name, v := range map[string]struct {
			header []string
			want   int
		}{
			"on loopback":    {nil, open},
			"wrong key":      {[]string{"Authorization", "Bearer wrong"}, shut},
			"right key":      {[]string{"Authorization", "Bearer " + key, forwarded, "203.0.113.7"}, open},
			"as a password":  {[]string{"Authorization", basic("prometheus", key), forwarded, "203.0.113.7"}, open},
			"wrong password": {[]string{"Authorization", basic("prometheus", "wrong")}, shut},
		} {
			if code, body := a.ask("GET", path, "", v.header...); code != v.want {
				t.Errorf("%s, %s: %d %s, want %d", path, name, code, body, v.want)
			}
		}
		if code, _ := a.ask("GET", path, "", forwarded, "203.0.113.7"); code != shut {
			t.Errorf("%s through a proxy: %d", path, code)
		}
	}
	if code, body := a.ask("POST", "/ingest/sns", `{"AlarmName":"x"}`, "X-Amz-Sns-Rawdelivery", "true"); code != 400 || !strings.Contains(body, "raw message delivery") {
		t.Errorf("%d %s", code, body)
	}
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}

	c.LoginTokenFile = filepath.Join(c.Data, "login")
	if err := os.WriteFile(c.LoginTokenFile, []byte("a-long-login-token-1234"), 0o600); err != nil {
		t.Fatal(err)
	}
	a = start(t, c)
	for header, want := range map[string]int{"": 401, "Bearer " + key: 200, "Bearer a-long-login-token-1234": 200, "Bearer wrong": 401} {
		for _, path := range []string{"/api/v2/status", "/metrics"} {
			if code, body := a.ask("GET", path, "", "Authorization", header); code != want {
				t.Errorf("%s with %q: %d %.100s, want %d", path, strings.ReplaceAll(header, key, "the key"), code, body, want)
			}
		}
	}
}

// A wrong route is refused before anything starts.
func TestWrongRouteDoesNotStart(t *testing.T) {
	c := settings(t.TempDir())
	c.Route = &route.Tree{Receiver: "nobody-there"}
	if err := c.Validate(); err != nil {
		t.Fatalf("without the check of routes: %v", err)
	}
	_, err := app.New(t.Context(), app.Options{Config: c, Logger: slog.New(slog.DiscardHandler)})
	if got := fmt.Sprint(err); !strings.Contains(got, `there is no receiver "nobody-there"`) {
		t.Errorf("got %s", got)
	}
}
