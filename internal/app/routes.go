package app

import (
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// CheckRoutes is the config.Check of programs that route alarms: it holds routes,
// intervals and inhibition to what Alertmanager takes.
func CheckRoutes(c *config.Config, fault func(key, what, remedy string)) {
	alertmanager.Check(c.Routing(), alertmanager.Keys{Route: "route", Inhibit: "inhibit_rules", Interval: c.IntervalKey}, fault)
}

// silencesFile is where the silences are, in the data folder.
const silencesFile = "silences"

// routesOf compiles the configuration's routes.
func routesOf(c *config.Config) (*alertmanager.Machinery, error) {
	return alertmanager.New(c.Routing())
}

// decide lets o's alerter ask the configuration and the silences of a data folder who is
// told and when, for a verb that does without the appliance.
func decide(o *alerter.Options, c *config.Config, state *lake.Dir) error {
	routes, err := routesOf(c)
	if err != nil {
		return err
	}
	silences, err := alertmanager.OpenSilences(state, silencesFile, o.Log, nil)
	if err != nil {
		return err
	}
	o.Route, o.Quiet = routes.Receivers, alertmanager.NewQuieter(routes, silences).Among
	return nil
}
