package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// simulated is the simulated cloud as an organisation.
type simulated struct {
	*cloud.Cloud
	members []inventory.Account
}

func (s simulated) Accounts(context.Context, []string) ([]inventory.Account, error) {
	return s.members, nil
}

// onboarding is a configuration for accounts, by alias.
func onboarding(t *testing.T, aliases ...string) *config.Config {
	t.Helper()
	c := config.Default()
	c.Data, c.Deployment, c.Regions = t.TempDir(), "acme", []string{"eu-central-1"}
	c.Onboard.Destination = "arn:aws:logs:{region}:999999999999:destination:seamark"
	for i, alias := range aliases {
		c.Accounts = append(c.Accounts, config.Account{ID: strings.Repeat(string(rune('1'+i)), 12), Alias: alias})
	}
	return c
}

// opening opens the accounts of c in a simulated cloud.
func opening(c *config.Config, cloud onboard.Cloud) func(context.Context) (*onboard.Accounts, error) {
	return func(ctx context.Context) (*onboard.Accounts, error) {
		return OpenAccounts(ctx, AccountsOptions{Config: c, Lake: lakes.Place(c), Cloud: cloud})
	}
}

func tagged(product string) []inventory.Tag {
	return []inventory.Tag{{Key: "seamark:product", Value: product}, {Key: "seamark:environment", Value: "prod"}}
}

func placeOf(c *config.Config, i int) inventory.Place {
	return inventory.Place{Account: c.Accounts[i].ID, Region: c.Regions[0]}
}

// The appliance sweeps on its rhythm: what is tagged is attached within one, what it had
// taken before is in landing, and /metrics counts it.
func TestOnboardStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := onboarding(t, "web", "broken")
		c.Onboard.Every = seamark.Duration(10 * time.Minute)
		sim := simulated{Cloud: cloud.New(cloud.Options{Seed: 1})}
		sim.Break(c.Accounts[1].ID, "AccessDenied")
		region := sim.Region(placeOf(c, 0))
		region.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: time.Now().UnixMilli()})
		region.Log("/app/booking", "s", "the first line")
		m := newMetrics()
		s := &stage.Onboard{Every: time.Duration(c.Onboard.Every), Open: opening(c, sim), Log: slog.New(slog.DiscardHandler), Told: m.onboarding.told}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.Run(ctx)
		time.Sleep(time.Minute)
		if got := region.Filters("/app/booking"); len(got) != 0 {
			t.Fatalf("filters %v before the tag", got)
		}
		region.Tag("/app/booking", tagged("booking")...)
		time.Sleep(time.Hour)
		if got := region.Filters("/app/booking"); len(got) != 1 {
			t.Fatalf("filters %v an hour after the tag", got)
		}
		cancel()
		synctest.Wait()
		if landed, err := filepath.Glob(filepath.Join(lakes.Place(c), lake.LandingFolder, "*/*/*/*/*.gz")); err != nil || len(landed) != 1 {
			t.Errorf("landed %v, %v", landed, err)
		}
		page := httptest.NewRecorder()
		promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
		for _, want := range []string{ // at 0, 10, … 60 minutes; each time one account cannot be opened
			"sweeps_total 7", "failures_total 7", "api_writes_total 1", "history_events_total 1", "onboarded_resources 1", "resources 1", "pending_log_groups 0",
		} {
			if !strings.Contains(page.Body.String(), "\nseamark_collector_"+want+"\n") {
				t.Errorf("/metrics has no seamark_collector_%s", want)
			}
		}
		if t.Failed() {
			t.Log(page.Body.String())
		}
	})
}

// Without a rhythm nothing is asked of anybody.
func TestOnboardStageOff(t *testing.T) {
	s := &stage.Onboard{Open: func(context.Context) (*onboard.Accounts, error) {
		t.Error("opened")
		return nil, errors.New("no")
	}}
	s.Run(t.Context())
}
