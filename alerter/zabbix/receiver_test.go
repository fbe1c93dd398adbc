package zabbix_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/zabbix"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// A real server takes what happens to an incident, and says so when it has no item.
func TestZabbixServer(t *testing.T) {
	const how = "start a server with scripts/zabbix/start.sh, set SEAMARK_ZABBIX to its address and SEAMARK_ZABBIX_DIR to its folder"
	at, data := servertest.Need(t, "SEAMARK_ZABBIX", how), servertest.Need(t, "SEAMARK_ZABBIX_DIR", how)
	make := func(host string) *zabbix.Receiver {
		r, err := zabbix.New(zabbix.Options{Name: "zabbix", Server: at, Host: host})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := make("seamark-{product}")
	in := cardtest.Cases()[0].Incident
	in.ID += time.Now().UTC().Format("-150405.000000") // the server may have seen an earlier run
	opened := card.Build(&in, cardtest.Links())
	ref, err := r.Deliver(t.Context(), opened, "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Deliver(t.Context(), opened, ref); err != nil || again != ref {
		t.Fatal(again, err)
	}
	in.Status, in.ResolvedAt = seamark.IncidentResolved, in.UpdatedAt
	ended := card.Build(&in, cardtest.Links())
	if _, err := r.Deliver(t.Context(), ended, ref); err != nil {
		t.Fatal(err)
	}
	want := zabbix.Value(opened) + "\n" + zabbix.Value(ended)
	got := ""
	for deadline := time.Now().Add(30 * time.Second); got != want && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		out, err := exec.CommandContext(t.Context(), "../../scripts/zabbix/sql.sh", data, "SELECT value FROM history_text WHERE value LIKE '%["+in.ID+"]' ORDER BY value").Output()
		if err != nil {
			t.Fatal(err)
		}
		got = strings.TrimSpace(string(out))
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	_, err = make("no-such-host").Deliver(t.Context(), opened, "")
	if seamark.ClassOf(err) != seamark.Permanent || !strings.Contains(err.Error(), "no-such-host") {
		t.Error(err)
	}
}
