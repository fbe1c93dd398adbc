package rig

import (
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// CentralPlace is where copies of log groups are.
var CentralPlace = inventory.Place{Account: "999999999999", Region: "eu-central-1"}

// CentralConfig is what the operator says who forwards copies.
func CentralConfig() *collector.Config {
	cfg := Config()
	cfg.Central = &collector.Central{Account: CentralPlace.Account, Regions: []string{"eu-central-1"}, Groups: []string{"/aws/lambda/*", "/app/*"}}
	return cfg
}
