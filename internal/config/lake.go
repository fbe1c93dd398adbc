package config

import (
	"fmt"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"go.yaml.in/yaml/v3"
)

// liftLake lets what belongs to the lake stand below its key: a mapping
//
//	lake: {url: s3://bucket/prefix, retention: {landing: 90d}}
//
// means lake: s3://bucket/prefix and retention: {landing: 90d}.
func liftLake(root *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if key.Value != "lake" || value.Kind != yaml.MappingNode || value.Anchor != "" {
			continue
		}
		lifted := root.Content[:i:i]
		for j := 0; j+1 < len(value.Content); j += 2 {
			if k := value.Content[j]; k.Value == "url" {
				k.Value = "lake"
			} else if k.Value == "cache" {
				k.Value = "lakeCache"
			} else if k.Value != "retention" && k.Value != "compact" {
				k.Value = "lake." + k.Value // no such key, and said so
			}
			lifted = append(lifted, value.Content[j], value.Content[j+1])
		}
		root.Content = append(lifted, root.Content[i+2:]...)
		return
	}
}

// leastAge is the shortest time that anything is kept: what has just come may still be
// wanted by a stage that was down over night.
const leastAge = Day

func (c *Config) validateLake(r report) {
	seamark.InRange(r, "compact.every", c.Compact.Every, time.Second, 24*time.Hour)
	seamark.InRange(r, "compact.olderThan", c.Compact.OlderThan, time.Minute, 30*24*time.Hour)
	if n := c.Compact.SmallFiles; n < 2 || n > 100_000 {
		r("compact.smallFiles", fmt.Sprintf("%d is out of range", n), "use 2 to 100000")
	}
	if b := c.LakeCache; b < 10_000_000 {
		r("lakeCache", fmt.Sprintf("%s is too small", b), "use 10MB or more")
	}
	k := c.Retention
	for _, a := range []struct {
		key string
		age Age
	}{{"landing", k.Landing}, {"lake", k.Lake}, {"quarantine", k.Quarantine}, {"infrequent", k.Infrequent}, {"instant", k.Instant}, {"deep", k.Deep}} {
		if a.age != 0 && a.age < leastAge {
			r("retention."+a.key, a.age.String()+" is too short", "use 1d or more, or forever")
		}
	}
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
	if k.Infrequent != 0 && k.Infrequent < 30*Day {
		r("retention.infrequent", "S3 moves nothing to Standard-IA before 30 days", "use 30d or more, or forever")
	}
	if k.Infrequent != 0 && k.Instant != 0 && k.Instant < k.Infrequent+30*Day {
		r("retention.instant", "objects stay in Standard-IA for 30 days at least", "use 30d more than infrequent, or forever")
	}
	if k.Deep != 0 && k.Deep <= max(k.Infrequent, k.Instant) {
		r("retention.deep", "comes before the warmer tiers", "use more than infrequent and instant, or forever")
	}
}
