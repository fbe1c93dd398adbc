package app_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
)

// An alert that always fires makes no incident, however often it is repeated, and the
// appliance that runs is told to who would notice when it does not.
func TestWatchdogAndHeartbeat(t *testing.T) {
	pinged := make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { pinged <- r.URL.Path }))
	defer s.Close()
	t.Setenv("HEARTBEAT_URL", s.URL+"/check")
	c := settings(t.TempDir())
	c.Heartbeat.URLEnv = "HEARTBEAT_URL"
	c.Watchdogs = []config.Watchdog{{AlertName: "Watchdog", Within: seamark.Duration(10 * time.Minute)}}
	a := start(t, c)
	if path := <-pinged; path != "/check" {
		t.Errorf("pinged %s", path)
	}
	for range 2 {
		for _, name := range []string{"Watchdog", "Down"} {
			b, _ := json.Marshal([]map[string]any{{"labels": map[string]string{"alertname": name}, "startsAt": time.Now().Add(-time.Minute).Truncate(time.Hour).Format(time.RFC3339)}})
			if code, body := a.ask("POST", "/api/v2/alerts", string(b), "Content-Type", "application/json"); code != 200 {
				t.Fatalf("%d %s", code, body)
			}
		}
	}
	if _, body := a.ask("GET", "/api/v2/alerts", ""); strings.Contains(body, "Watchdog") || !strings.Contains(body, "Down") {
		t.Error(body)
	}
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
}
