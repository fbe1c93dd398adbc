// Package rows takes from the configuration what rows are made by: who owns what, and what
// must not be stored.
package rows

import (
	"fmt"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/redact"
)

// Options takes from the configuration what the transformer goes by: who owns what,
// and what must be redacted. It reads the key that redaction hashes with.
func Options(c *config.Config) (*transformer.Options, error) {
	o := &transformer.Options{Owners: Owners(c)}
	if len(c.Redact.Rules) == 0 {
		return o, nil
	}
	key, err := config.ReadSecret(c.Redact.KeyFile, c.Redact.KeyEnv)
	if err != nil {
		return nil, err
	}
	if key != "" && len(key) < redact.MinKey {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the key of redaction is too short", Where: c.Redact.KeyFile + c.Redact.KeyEnv,
			Remedy: fmt.Sprintf("use %d bytes or more, such as the output of `openssl rand -hex 32`", redact.MinKey)}
	}
	o.Redact, err = redact.New(c.Redact.Rules, []byte(key))
	return o, err
}

// Owners takes from the configuration who owns what.
func Owners(c *config.Config) *transformer.Owners {
	o := &transformer.Owners{Accounts: map[string][]string{}}
	for _, w := range c.Workloads {
		o.Patterns = append(o.Patterns, transformer.SourcePattern{Source: w.Source, Product: w.Product, Environment: w.Environment, Team: w.Team})
	}
	for name, p := range c.Products {
		o.Accounts[seamark.Slug(name)] = p.Accounts
	}
	return o
}
