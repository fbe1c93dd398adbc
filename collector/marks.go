package collector

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// tagValue is what CloudWatch allows in the value of a tag: letters, digits, spaces and _ . : / = + - @.
var tagValue = regexp.MustCompile(`^[\p{L}\p{N}\p{Z}_.:/=+\-@]{0,256}$`)

// alarmTags are the tags of an alarm of ours. What a tag cannot carry is left out: the
// description has it.
func (d *Desired) alarmTags(w *Wish, hash string) Tags {
	t := d.cfg.Tags
	tags := []Tag{{ownerTag, d.cfg.Deployment}, {hashTag, hash}, {t.Product, w.Product}, {t.Severity, w.Severity}}
	for _, tag := range []Tag{{t.Team, w.Team}, {t.Runbook, w.Runbook}} {
		if tag.Value != "" && tagValue.MatchString(tag.Value) {
			tags = append(tags, tag)
		}
	}
	return NewTags(tags...)
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
func tagsHash(tags Tags) string {
	parts := make([]string, 0, 2*len(tags))
	for _, t := range tags {
		parts = append(parts, t.Key, t.Value)
	}
	return shortHash(parts...)
}

// missingTags are those of want that have lacks or has otherwise, and the keys of ours
// that should be gone.
func (d *Desired) missingTags(want, have Tags) (set Tags, unset []string) {
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
