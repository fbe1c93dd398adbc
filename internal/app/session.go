package app

import (
	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// sessionsFolder is where the sessions are, in the data folder.
const sessionsFolder = "sessions"

// Sessions are those of the configuration's data folder. The appliance may run meanwhile:
// it sees at the next request that one was ended.
func Sessions(c *config.Config) (*dashboards.Sessions, error) {
	data, err := lake.OpenDir(c.Data, nil)
	if err != nil {
		return nil, err
	}
	return dashboards.NewSessions(data, sessionsFolder), nil
}
