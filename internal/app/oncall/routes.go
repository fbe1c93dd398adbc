package oncall

import (
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// SilencesFile is where the silences are, in the data folder.
const SilencesFile = "silences"

// Machinery compiles the configuration's routes.
func Machinery(c *config.Config) (*alertmanager.Machinery, error) {
	return alertmanager.New(c.Routing())
}

// decide lets o's alerter ask the configuration and the silences of a data folder who is
// told and when, for a verb that does without the appliance.
func decide(o *alerter.Options, c *config.Config, state *lake.Dir) error {
	routes, err := Machinery(c)
	if err != nil {
		return err
	}
	silences, err := alertmanager.OpenSilences(state, SilencesFile, o.Log, nil)
	if err != nil {
		return err
	}
	o.Route, o.Told, o.Quiet, o.Silences = routes.Receivers, routes.Told, alertmanager.NewQuieter(routes).Among, silences
	return nil
}

// RouteInfo is what the routes say of one alarm, and all of them.
type RouteInfo struct {
	Receivers []string     // who is told, each once
	Told      []route.Told // by which routes
	Tree      string       // all routes, for people
	YAML      string       // all of it as an alertmanager.yml
}

// Routes says who is told of an alarm with labels such as "team=web".
func Routes(c *config.Config, labels []string) (RouteInfo, error) {
	m, err := Machinery(c)
	if err != nil {
		return RouteInfo{}, err
	}
	matchers, err := Matchers(labels)
	if err != nil {
		return RouteInfo{}, err
	}
	set := map[string]string{}
	for _, x := range matchers {
		if x.Op != "=" {
			return RouteInfo{}, &seamark.Fault{Class: seamark.Rejected, What: "an alarm has one value for a label", Where: x.Label + x.Op + x.Value, Remedy: "write label=value"}
		}
		set[x.Label] = x.Value
	}
	info := RouteInfo{Receivers: []string{}, Told: m.ToldOf(set), Tree: m.Tree(), YAML: m.YAML()}
	for _, t := range info.Told {
		if t.Receiver != alertmanager.Nobody && !slices.Contains(info.Receivers, t.Receiver) {
			info.Receivers = append(info.Receivers, t.Receiver)
		}
	}
	return info, nil
}

// Matchers reads matchers as people write them on the command line.
func Matchers(args []string) ([]alertmanager.Matcher, error) {
	var list []alertmanager.Matcher
	for _, s := range args {
		m, err := alertmanager.ParseMatcher(s)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}
