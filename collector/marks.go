package collector

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// isTagValue reports whether CloudWatch allows a text as the value of a tag: at most 256 letters,
// digits, spaces and _ . : / = + - @.
func isTagValue(s string) bool {
	return utf8.RuneCountInString(s) <= 256 && strings.IndexFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.N, unicode.Z) && !strings.ContainsRune("_.:/=+-@", r)
	}) < 0
}

// alarmTags are the tags of an alarm of ours. What a tag cannot carry is left out: the
// description has it.
func (d *Desired) alarmTags(w *Wish, hash string) inventory.Tags {
	t := d.cfg.Tags
	tags := []inventory.Tag{{Key: ownerTag, Value: d.cfg.Deployment}, {Key: hashTag, Value: hash}, {Key: t.Product, Value: w.Product}, {Key: t.Severity, Value: w.Severity}}
	for _, tag := range []inventory.Tag{{Key: t.Team, Value: w.Team}, {Key: t.Runbook, Value: w.Runbook}} {
		if tag.Value != "" && isTagValue(tag.Value) {
			tags = append(tags, tag)
		}
	}
	return inventory.NewTags(tags...)
}

// alarmHash names what an alarm does.
func alarmHash(alarm any) string {
	b, err := json.Marshal(alarm)
	if err != nil {
		panic(fmt.Sprintf("an alarm that is no JSON: %v", err)) // finite numbers and strings only
	}
	return shortHash(string(b))
}

// tagsHash names a set of tags, for the remembered state.
func tagsHash(tags inventory.Tags) string {
	parts := make([]string, 0, 2*len(tags))
	for _, t := range tags {
		parts = append(parts, t.Key, t.Value)
	}
	return shortHash(parts...)
}

// missingTags are those of want that have lacks or has otherwise, and the keys of ours
// that should be gone.
func (d *Desired) missingTags(want, have inventory.Tags) (set inventory.Tags, unset []string) {
	for _, t := range want {
		if v, found := have.Get(t.Key); !found || v != t.Value {
			set = append(set, t)
		}
	}
	for _, key := range []string{d.cfg.Tags.Team, d.cfg.Tags.Runbook} {
		if _, wanted := want.Get(key); wanted {
			continue
		}
		if _, there := have.Get(key); there {
			unset = append(unset, key)
		}
	}
	return set, unset
}
