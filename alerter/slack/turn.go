package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	api "github.com/slack-go/slack"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/words"
)

// place is where a card was posted, and which turn of the incident it shows: what a
// reference of this receiver holds, as "channel:ts:turn".
type place struct{ channel, ts, turn string }

func placeOf(ref card.Ref) (p place, ok bool) {
	parts := strings.SplitN(string(ref), ":", 3)
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		return place{}, false
	}
	p = place{channel: parts[0], ts: parts[1]}
	if len(parts) == 3 { // older references have none
		p.turn = parts[2]
	}
	return p, true
}

func (p place) ref() card.Ref { return card.Ref(p.channel + ":" + p.ts + ":" + p.turn) }

// turnOf is the turn of an incident that a card shows: an edit rings nowhere, so that each
// further turn gets a line in the card's thread, which those hear who follow it.
func turnOf(c card.Card) string {
	in := c.Incident
	state := "open"
	switch {
	case c.Status == seamark.IncidentResolved:
		state = "resolved"
	case c.NoData:
		state = "no-data"
	}
	by := ""
	if w := in.Acknowledged; w != nil {
		sum := sha256.Sum256([]byte(w.By + w.At.UTC().String()))
		by = hex.EncodeToString(sum[:4])
	}
	return fmt.Sprintf("%s,%s,%s,%d,%d", state, c.Severity, by, len(in.Escalated), in.Reopened)
}

// turnText says what turned since was, in one line; empty for what needs no line.
func turnText(c card.Card, was string) string {
	old, now := strings.Split(was, ","), strings.Split(turnOf(c), ",")
	if len(old) != len(now) {
		return ""
	}
	in := c.Incident
	switch {
	case now[0] == "resolved" && old[0] != "resolved":
		return "Resolved after " + c.Lasted + "."
	case now[4] != old[4] || old[0] == "resolved" && now[0] != "resolved":
		return "Fires again: " + c.Title
	case now[3] > old[3]:
		x := in.Escalated[len(in.Escalated)-1]
		return "Escalated to " + strings.Join(x.To, ", ") + ": " + x.Why
	case now[1] != old[1] && c.Severity == seamark.SeverityCritical:
		return "Now critical: " + c.Title
	case now[2] != old[2] && now[2] != "":
		return "Acknowledged by " + in.Acknowledged.By + "."
	case now[0] != old[0] && now[0] == "no-data":
		return "No data any more: nobody knows whether it is over."
	}
	return ""
}

// reply puts a line into the thread of a card that has been edited.
func (r *Receiver) reply(ctx context.Context, p place, c card.Card) error {
	line := turnText(c, p.turn)
	if line == "" || c.Flapping {
		return nil
	}
	_, _, err := r.client.PostMessageContext(ctx, p.channel, api.MsgOptionTS(p.ts), api.MsgOptionText(escape(words.Line(line, 500)), false),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl())
	if err == nil {
		return nil
	}
	fault := r.fault(err)
	if seamark.ClassOf(fault) == seamark.Temporary {
		return fault
	}
	r.opt.Log.Warn("slack_reply_refused", "receiver", r.opt.Name, "incident", c.ID, "error", fault) // the card itself is up to date
	return nil
}
