package act

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/links"
)

// Path is where the Handler must be served.
const Path = "/act"

// lifetime is how long after an incident opened its links work. It is counted from then,
// so that a card that is edited keeps its links.
const lifetime = 7 * 24 * time.Hour

// choice is one button: what it does, and until when.
type choice struct {
	code, label, do string
	until           func(now time.Time, zone *time.Location) time.Time
}

func after(d time.Duration) func(time.Time, *time.Location) time.Time {
	return func(now time.Time, _ *time.Location) time.Time { return now.Add(d) }
}

// morning is tomorrow at 9:00 where the team is, also over a change of the clocks.
func morning(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d+1, 9, 0, 0, 0, zone)
}

var choices = []choice{
	{"ack", "Acknowledge", incident.DoAcknowledge, func(time.Time, *time.Location) time.Time { return time.Time{} }},
	{"1h", "Silence 1 h", incident.DoSilence, after(time.Hour)},
	{"4h", "Silence 4 h", incident.DoSilence, after(4 * time.Hour)},
	{"9", "Silence until tomorrow 9:00", incident.DoSilence, morning},
}

func choiceOf(code string) (choice, bool) {
	for _, c := range choices {
		if c.code == code {
			return c, true
		}
	}
	return choice{}, false
}

// Signer makes and checks links. The key is a secret of at least 32 bytes.
type Signer struct {
	Key  []byte
	Base string // the page's address: "https://seamark.example.com"
}

// Links are the buttons of an incident; none once it is over.
func (s Signer) Links(in *seamark.Incident) []links.Link {
	if in.Status == seamark.IncidentResolved || links.Web(s.Base) == "" {
		return nil
	}
	var list []links.Link
	for _, c := range choices {
		if c.do == incident.DoAcknowledge && in.Acknowledged != nil || c.do == incident.DoSilence && in.Silenced != nil {
			continue
		}
		list = append(list, links.Link{Label: c.label, URL: strings.TrimRight(s.Base, "/") + Path + "?" + s.query(in.ID, c.code, in.OpenedAt.Add(lifetime)).Encode()})
	}
	return list
}

func (s Signer) query(id, code string, ends time.Time) url.Values {
	e := strconv.FormatInt(ends.Unix(), 10)
	return url.Values{"i": {id}, "d": {code}, "e": {e}, "s": {s.sign(id, code, e)}}
}

func (s Signer) sign(id, code, ends string) string {
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte("seamark act 1\x00" + id + "\x00" + code + "\x00" + ends))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// check reads a link. It says which incident and choice, or why the link does nothing.
func (s Signer) check(q url.Values, now time.Time) (id string, c choice, trouble string) {
	id = q.Get("i")
	c, known := choiceOf(q.Get("d"))
	if !known || !hmac.Equal([]byte(q.Get("s")), []byte(s.sign(id, q.Get("d"), q.Get("e")))) {
		return "", choice{}, "This link is not one of Seamark's. Open the card again and use its button."
	}
	ends, err := strconv.ParseInt(q.Get("e"), 10, 64)
	if err != nil || now.Unix() > ends {
		return "", choice{}, "This link has expired. Use `seamark incident` instead, or the button of a newer card."
	}
	return id, c, ""
}
