package alertmanager

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/alerter/words"
)

const (
	maxText  = 4096 // bytes of an annotation or a label's value that are kept
	maxPairs = 64   // annotations and labels that are kept, by name
	// sourceKey is the annotation under which the link to the sender's own page is kept.
	sourceKey = "generatorURL"
)

// alarmOf makes an alarm of what was sent. Its key is the fingerprint of its labels.
func alarmOf(sent *alert.Alert, aliases map[string]string, now time.Time) seamark.Alarm {
	labels := textOf(sent.Labels)
	notes := textOf(sent.Annotations)
	a := seamark.Alarm{
		Name: cmp.Or(labels["alertname"], words.Clip(sent.Labels.String(), 200)), Origin: route.OriginAlertmanager,
		Contributor: sent.Fingerprint().String(), Scope: route.Scope(labels, aliases), Severity: severityOf(labels["severity"]),
		State: seamark.AlarmFiring, Since: sent.StartsAt, Evaluated: sent.StartsAt, Labels: labels, Annotations: notes,
		NoValue: true, NoLimit: true, Asked: true,
		Reason:  cmp.Or(notes["summary"], notes["message"], notes["description"]),
		Runbook: cmp.Or(notes["runbook_url"], notes["runbook"]), ExpiresAt: sent.EndsAt,
	}
	if u, err := url.Parse(sent.GeneratorURL); err == nil && (u.Scheme == "http" || u.Scheme == "https") && len(sent.GeneratorURL) <= maxText {
		a.Annotations[sourceKey] = sent.GeneratorURL
	}
	if !sent.EndsAt.After(now) {
		a.State, a.Since, a.Evaluated, a.ExpiresAt = seamark.AlarmOK, sent.EndsAt, sent.EndsAt, time.Time{}
	}
	return a
}

// severityOf is the severity that a sender's word means.
func severityOf(word string) string {
	switch strings.ToLower(word) {
	case "critical", "crit", "page", "emergency", "disaster", "fatal", "sev1", "p1":
		return seamark.SeverityCritical
	}
	return seamark.SeverityWarning
}

// textOf bounds what is kept of a label set.
func textOf(set model.LabelSet) map[string]string {
	kept := make(map[string]string, min(len(set), maxPairs))
	for _, name := range sorted(set) {
		if len(kept) == maxPairs {
			break
		}
		kept[words.Clip(string(name), 256)] = words.Clip(string(set[name]), maxText)
	}
	return kept
}

// fingerprint tells an alarm of the book apart, as the API does.
func fingerprint(a seamark.Alarm) model.Fingerprint {
	if a.Origin == route.OriginAlertmanager {
		if fp, err := model.FingerprintFromString(a.Contributor); err == nil {
			return fp
		}
	}
	return labelSet(route.Labels(a)).Fingerprint()
}

// alertOf shows an alarm of the book to the API.
func (a *Alerts) alertOf(x seamark.Alarm) *alert.Alert {
	notes := model.LabelSet{}
	for name, value := range x.Annotations {
		if name != sourceKey {
			notes[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	if x.Origin != route.OriginAlertmanager {
		for name, value := range map[string]string{"summary": words.Alarm(x), "description": x.Reason, "runbook_url": x.Runbook} {
			if value != "" {
				notes[model.LabelName(name)] = model.LabelValue(value)
			}
		}
	}
	end := x.ExpiresAt
	if end.IsZero() || !end.After(a.o.Now()) { // it fires: what has ended is not listed
		end = a.o.Now().Add(a.timeout())
	}
	return &alert.Alert{UpdatedAt: x.Evaluated, Alert: model.Alert{
		Labels: labelSet(route.Labels(x)), Annotations: notes, StartsAt: x.Since, EndsAt: end, GeneratorURL: x.Annotations[sourceKey],
	}}
}
