package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// redactAll is a configuration that looks for everything.
const redactAll = `redact:
  rules:
    - name: all
      patterns: [email, ipv4, ipv6, card, bearer]
      action: mask
`

// redaction measures what looking for secrets costs the transform.
func (b *bench) redaction() (string, error) {
	object, truth, err := b.object("redaction.gz", fleet.Bulk{Seed: 1, Events: b.events})
	if err != nil {
		return "", err
	}
	config := filepath.Join(b.work, "redact.yml")
	if err := os.WriteFile(config, []byte(redactAll), 0o644); err != nil {
		return "", err
	}
	var without, with []sample
	for range b.rounds {
		s, err := b.seamarkTransform("plain", truth, object)
		if err != nil {
			return "", err
		}
		without = append(without, s)
		if s, err = b.seamarkTransform("redacted", truth, "--config", config, object); err != nil {
			return "", err
		}
		with = append(with, s)
	}
	a, c := median(without), median(with)
	return fmt.Sprintf("## Redaction\n\nAll built-in patterns over all text columns and JSON values: %.2f CPU s without, %.2f with: %.0f ns an event, %.0f%% of the transform.\n",
		a.cpu.Seconds(), c.cpu.Seconds(), float64(c.cpu-a.cpu)/float64(truth.Events), 100*(c.cpu.Seconds()-a.cpu.Seconds())/a.cpu.Seconds()), nil
}
