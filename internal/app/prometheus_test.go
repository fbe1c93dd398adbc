package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// TestPrometheus: a real Prometheus sends its alerts here as it would to an Alertmanager, and what it
// ends ends here; the appliance may be another process by then.
func TestPrometheus(t *testing.T) {
	binary := servertest.Need(t, "SEAMARK_PROMETHEUS", "name the binary that scripts/prometheus/fetch.sh prints")
	c := settings(t.TempDir())
	c.Labels = map[string]string{"namespace": "product"}
	a := start(t, c)
	c.Listen = a.Addr().String() // where the next process is found
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("prometheus.yml", fmt.Sprintf("global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\nalerting:\n  alertmanagers:\n    - static_configs: [{targets: [%q]}]\n", a.Addr()))
	rules := func(fires string) {
		t.Helper()
		write("rules.yml", "groups:\n  - name: g\n    rules:\n      - alert: Down\n        expr: vector(1) == "+fires+"\n        labels: {namespace: booking, environment: prod, severity: page}\n        annotations: {summary: it is down, runbook_url: 'https://wiki.example.com/down'}\n")
	}
	rules("1")
	p := exec.Command(binary, "--config.file", filepath.Join(folder, "prometheus.yml"), "--storage.tsdb.path", filepath.Join(folder, "data"), "--web.listen-address", "127.0.0.1:0", "--rules.alert.resend-delay", "1s", "--log.level", "error")
	p.Stderr = os.Stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill(); _ = p.Wait() })
	wait := func(status seamark.IncidentStatus) seamark.Incident {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			for _, in := range a.Incidents() {
				if in.Status == status {
					return in
				}
			}
		}
		t.Fatalf("no incident is %s: %+v", status, a.Incidents())
		return seamark.Incident{}
	}
	in := wait(seamark.IncidentOpen)
	if in.Product != "booking" || in.Environment != "prod" || in.Severity != seamark.SeverityCritical || in.Runbook != "https://wiki.example.com/down" {
		t.Errorf("%+v", in)
	}
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	a = start(t, c)
	wait(seamark.IncidentOpen)
	rules("2")
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if end := wait(seamark.IncidentResolved); end.ID != in.ID || len(a.Incidents()) != 1 || !strings.Contains(end.Alarms[0].Name, "Down") {
		t.Errorf("%+v, want the end of %s", a.Incidents(), in.ID)
	}
}
