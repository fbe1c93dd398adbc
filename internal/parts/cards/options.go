package cards

import (
	"log/slog"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/internal/config"
)

// Options are those of the alerter as functions run it, but for its store: there are no silences
// of the API, and no buttons that need the appliance.
func Options(c *config.Config, log *slog.Logger) (alerter.Options, error) {
	receivers, err := Receivers(c, log)
	if err != nil {
		return alerter.Options{}, err
	}
	if len(receivers) == 0 {
		return alerter.Options{}, &seamark.Fault{Class: seamark.Rejected, Where: "receivers", What: "the configuration names nobody to tell", Remedy: "add receivers to seamark.yml"}
	}
	routes, err := alertmanager.New(c.Routing())
	if err != nil {
		return alerter.Options{}, err
	}
	o := alerter.Options{
		Config: c.Alerts, Receivers: receivers, Escalate: c.Incidents.Escalate, Links: c.CardLinks(),
		Told: routes.Told, Quiet: alertmanager.NewQuieter(routes).Among,
	}
	if c.Route != nil {
		o.Route = routes.Receivers
	}
	return o, nil
}
