package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/words"
)

// message makes the mail of a card.
func (r *Receiver) message(c card.Card, to []string) (*mail.Msg, error) {
	html, err := HTML(c)
	if err != nil {
		return nil, err
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(r.from)
	if err := m.To(to...); err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "one of to is no mail address", Where: r.where(), Remedy: "write ops@example.com"}
	}
	m.Subject(words.Line(c.Headline(), 200))
	m.SetDateWithValue(c.Updated)
	if c.Updated.IsZero() {
		m.SetDateWithValue(time.Now())
	}
	first := messageID(c.ID, r.opt.Name, time.Time{}, r.from)
	if c.After.IsZero() {
		m.SetMessageIDWithValue(first)
	} else {
		m.SetMessageIDWithValue(messageID(c.ID, r.opt.Name, c.After, r.from))
		m.SetGenHeader(mail.HeaderInReplyTo, "<"+first+">")
		m.SetGenHeader(mail.HeaderReferences, "<"+first+">")
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday notes come back
	m.SetGenHeader("X-Seamark-Incident", c.ID)
	m.SetUserAgent("Seamark")
	if c.Severity == seamark.SeverityCritical && c.Status != seamark.IncidentResolved {
		m.SetImportance(mail.ImportanceHigh)
	}
	m.SetBodyString(mail.TypeTextPlain, card.Text(c))
	m.AddAlternativeString(mail.TypeTextHTML, html)
	return m, nil
}

// messageID is the same for one mail whenever it is tried again: of an incident to a receiver,
// after one that was sent at a time (zero: the first).
func messageID(incident, receiver string, after time.Time, from *netmail.Address) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", receiver, after.UnixNano()))
	return incident + "." + hex.EncodeToString(sum[:8]) + "@" + domain(from)
}

func domain(a *netmail.Address) string {
	return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
}

// view is a card as the template sees it: plain texts in one line, which it escapes.
type view struct {
	Colour, Headline string
	About            []string // who, where, since when
	Rows             [][2]string
	Chart            *card.Chart
	Patterns         []card.Pattern
	Heads            []string // of Patterns
	Lines            []string // what is missing, what was muted
	Links            []links.Link
	ID               string
}

// HTML draws a card for a mail. Styles stand in the elements: mail programs take no others.
func HTML(c card.Card) (string, error) {
	v := view{Colour: "#8a5200", Headline: words.Line(c.Headline(), 200), Chart: c.Chart, Patterns: c.Patterns, Links: c.Links, ID: c.ID}
	switch {
	case c.Status == seamark.IncidentResolved:
		v.Colour = "#00796b"
	case c.NoData:
		v.Colour = "#55606c"
	case c.Severity == seamark.SeverityCritical:
		v.Colour = "#b3261e"
	}
	for _, w := range append(append([]string{}, c.Where...), c.Since()) {
		v.About = append(v.About, words.Line(w, 100))
	}
	for _, p := range c.Problems {
		v.Rows = append(v.Rows, [2]string{words.Line(p.Rule, 40), card.ProblemText(p)})
	}
	for _, p := range c.Patterns {
		v.Heads = append(v.Heads, card.PatternHead(p))
	}
	for _, s := range append(append([]string{c.Muted}, c.About...), c.Notes...) {
		if s = words.Line(s, card.MaxNote); s != "" {
			v.Lines = append(v.Lines, s)
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return "", fmt.Errorf("draw the mail: %w", err)
	}
	return b.String(), nil
}

var page = template.Must(template.New("mail").Funcs(template.FuncMap{
	"line":    func(s string) string { return words.Line(s, 300) },
	"visible": words.Visible,
}).Parse(`<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Headline}}</title></head>
<body style="margin:0;padding:16px;font:14px/1.45 system-ui,'Segoe UI',Roboto,sans-serif;color:#17202a;background:#ffffff">
<div style="max-width:720px;border-left:4px solid {{.Colour}};padding-left:12px">
<p style="font-size:18px;font-weight:600;margin:0 0 4px;color:{{.Colour}}">{{.Headline}}</p>
<p style="margin:0 0 12px;color:#55606c">{{range $i, $a := .About}}{{if $i}} &middot; {{end}}{{$a}}{{end}}</p>
{{with .Rows}}<table style="border-collapse:collapse;margin:0 0 12px">{{range .}}<tr><td style="padding:2px 12px 2px 0;font-weight:600;vertical-align:top">{{index . 0}}</td><td style="padding:2px 0">{{index . 1}}</td></tr>
{{end}}</table>
{{end}}{{with .Chart}}<p style="margin:0 0 12px;font-family:ui-monospace,Menlo,Consolas,monospace">{{.Sparkline}} <span style="color:#55606c">{{line .Title}}</span></p>
{{end}}{{if .Patterns}}<p style="margin:0 0 4px;font-weight:600">Top patterns</p>
{{range $i, $p := .Patterns}}<p style="margin:0 0 8px">{{if $p.URL}}<a href="{{$p.URL}}">{{index $.Heads $i}}</a>{{else}}{{index $.Heads $i}}{{end}}<br>
<span style="font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px;white-space:pre-wrap">{{line $p.Sample}}{{range $p.Stack}}
{{visible .}}{{end}}</span></p>
{{end}}{{end}}{{range .Lines}}<p style="margin:0 0 4px;color:#55606c">{{.}}</p>
{{end}}{{with .Links}}<p style="margin:12px 0">{{range .}}<a href="{{.URL}}" style="display:inline-block;margin:0 8px 8px 0;padding:6px 12px;border:1px solid #7b8794;border-radius:4px;color:#0b5cad;text-decoration:none">{{.Label}}</a>{{end}}</p>
{{end}}<p style="margin:12px 0 0;font-size:12px;color:#55606c">incident {{line .ID}}</p>
</div></body></html>
`))
