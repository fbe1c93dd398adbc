package links

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/query"
)

// maxURL is the longest link a card carries, in bytes: Slack refuses a message with a
// button whose URL is longer than 3,000 characters.
const maxURL = 3000

// Config says where the links of a card lead. What is empty is left out of the card.
type Config struct {
	PublicURL string // of Seamark's own page: "https://seamark.example.com"
	// OpenSearchDashboards is the base URL of OpenSearch Dashboards 2.10 or newer,
	// with its prefix: "https://search.example.com/_dashboards".
	OpenSearchDashboards string
	LogsPattern          string // saved-object id of the index pattern of logs; empty: DefaultLogsPattern
	AccessPattern        string // the same of access logs; empty: DefaultAccessPattern
	// AWSPortal wraps links to the AWS console in the access portal, which signs in to
	// the right account first: "https://example.awsapps.com/start".
	AWSPortal string
	AWSRole   string            // the permission set to ask the portal for: "ReadOnly"
	Accounts  map[string]string // alias by account id
	// Style says how a team reads times; nil: UTC.
	Style func(team string) words.Style
	// Acts are the buttons by which a person acts on an incident; nil: there are none.
	Acts func(*seamark.Incident) []Link
}

// Saved-object ids of the index patterns that dashboards installs.
const (
	DefaultLogsPattern   = "seamark-app-logs"
	DefaultAccessPattern = "seamark-access-logs"
)

// Link is one button of a card. URL is http or https and at most 3,000 bytes.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
	Acts  bool   `json:"acts,omitempty"` // a person acts by it: signed, for people alone
}

// Web returns s when it is a link that a card may carry: http or https with a host,
// and no characters that a renderer could stumble over. Anything else gives "".
func Web(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || len(s) > maxURL {
		return ""
	}
	if strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune("<>\"`|\\^", r) || words.Hidden(r)
	}) {
		return ""
	}
	return s
}

// For builds the links of a card: those that can be built, the most useful first, as a
// medium may have room for a few only.
func (l Config) For(in *seamark.Incident, lead seamark.Alarm) []Link {
	span := around(in)
	candidates := []Link{
		{Label: "Logs", URL: l.seamarkLogs(in, span, lead)},
		{Label: "Alarm", URL: l.alarm(lead)},
		{Label: "Runbook", URL: Web(in.Runbook)},
	}
	if l.Acts != nil {
		for _, a := range l.Acts(in) {
			a.Acts = true
			candidates = append(candidates, a)
		}
	}
	candidates = append(candidates, Link{Label: "Incident", URL: l.seamarkIncident(in)},
		Link{Label: "OpenSearch", URL: l.openSearch(in, span, lead)}, Link{Label: "Logs Insights", URL: l.insights(in, span)})
	var links []Link
	for _, c := range candidates {
		if c.URL != "" && len(c.URL) <= maxURL {
			links = append(links, c)
		}
	}
	return links
}

// around is the frozen time range of a card's links: from ten minutes before the
// incident until a minute after its end. One that is still open ends a little later
// than what is known, so that the link shows what comes next too.
func around(in *seamark.Incident) seamark.Span {
	span := seamark.Span{From: in.OpenedAt.Add(-10 * time.Minute), To: in.UpdatedAt.Add(5 * time.Minute)}
	if in.Status == seamark.IncidentResolved {
		span.To = in.ResolvedAt.Add(time.Minute)
	}
	return span
}

// seamarkLogs leads to the records of the incident's product. An alarm that belongs to
// none leads to those of its resource, where its log group is known, and nowhere otherwise:
// the errors of everybody who is unassigned would mislead.
func (l Config) seamarkLogs(in *seamark.Incident, span seamark.Span, lead seamark.Alarm) string {
	table, terms := seamark.TableLogs, ofProduct(in)
	if lead.Foreign() {
		if len(lead.LogGroups) == 0 {
			return ""
		}
		terms = ofGroups(lead)
	}
	if lead.Table != "" && !lead.Foreign() { // a rule says itself what it counts
		if lead.Search != "" {
			if own := l.found(lead.Table, span, append(slices.Clone(terms), "("+lead.Search+")")); own != "" {
				return own
			}
		}
		return l.found(lead.Table, span, terms)
	}
	if lead.StatusCode != "" && !lead.Foreign() {
		table = seamark.TableAccessLogs
		terms = append(terms, query.Is("status", lead.StatusCode))
	} else if lead.Query == "" {
		terms = append(terms, query.Is("level", seamark.LevelError, seamark.LevelFatal))
	}
	return l.found(table, span, terms)
}

// ofProduct finds what belongs to an incident's product and environment.
func ofProduct(in *seamark.Incident) []string {
	return []string{query.Is("product", in.Product), query.Is("environment", in.Environment)}
}

// maxOfGroups leaves room for what else a query says.
const maxOfGroups = query.MaxBytes - 100

// ofGroups finds what an alarm's log groups hold: of as many as fit into a query.
func ofGroups(lead seamark.Alarm) []string {
	n := min(len(lead.LogGroups), maxGroups)
	for n > 1 && len(query.Is("source", lead.LogGroups[:n]...)) > maxOfGroups {
		n--
	}
	terms := []string{query.Is("source", lead.LogGroups[:n]...)}
	if lead.Scope.AccountID != "" {
		terms = append(terms, query.Is("account_id", lead.Scope.AccountID))
	}
	return terms
}

// found leads to the rows that a query finds, on Seamark's own page. The text works behind `seamark
// logs`, too.
func (l Config) found(table seamark.Table, span seamark.Span, terms []string) string {
	text := strings.Join(terms, " ")
	if _, err := query.Parse(table, text); err != nil {
		return "" // names that no row has
	}
	q := url.Values{"from": {strconv.FormatInt(span.From.UnixMilli(), 10)}, "to": {strconv.FormatInt(span.To.UnixMilli(), 10)}, "q": {text}}
	if table != seamark.TableLogs {
		q.Set("table", string(table))
	}
	return under(l.PublicURL, "/logs?"+q.Encode())
}

// Pattern leads to the records with one fingerprint on Seamark's own page, or is empty.
func (l Config) Pattern(in *seamark.Incident, fingerprint string) string {
	if fingerprint == "" {
		return ""
	}
	return short(l.found(seamark.TableLogs, around(in), append(ofProduct(in), query.Is("fingerprint", fingerprint))))
}

func (l Config) seamarkIncident(in *seamark.Incident) string {
	return under(l.PublicURL, "/incidents/"+url.PathEscape(in.ID))
}

// openSearch leads to Discover. Since OpenSearch Dashboards 2.10 that is the view
// "discover" of the application data-explorer.
func (l Config) openSearch(in *seamark.Incident, span seamark.Span, lead seamark.Alarm) string {
	pattern, columns := cmp.Or(l.LogsPattern, DefaultLogsPattern), []any{"level", "component", "message"}
	query := "product : " + kql(in.Product) + " and environment : " + kql(in.Environment)
	if lead.Foreign() {
		if len(lead.LogGroups) == 0 {
			return ""
		}
		query = "source : " + kql(lead.LogGroups[0])
		if lead.Scope.AccountID != "" {
			query += " and account_id : " + kql(lead.Scope.AccountID)
		}
	}
	if lead.StatusCode != "" && !lead.Foreign() {
		pattern, columns = cmp.Or(l.AccessPattern, DefaultAccessPattern), []any{"status", "method", "path", "component"}
		if n := strings.TrimSuffix(lead.StatusCode, "xx"); len(n) == 1 {
			query += " and status >= " + n + "00 and status <= " + n + "99"
		}
	} else {
		query += " and level : (ERROR or FATAL)"
	}
	a := map[string]any{
		"discover": map[string]any{
			"columns": columns, "isDirty": false, "sort": []any{[]any{"timestamp", "desc"}},
		},
		"metadata": map[string]any{"indexPattern": pattern, "view": "discover"},
	}
	g := map[string]any{
		"filters": []any{}, "refreshInterval": map[string]any{"pause": true, "value": 0},
		"time": map[string]any{"from": iso(span.From), "to": iso(span.To)},
	}
	q := map[string]any{"filters": []any{}, "query": map[string]any{"language": "kuery", "query": query}}
	return under(l.OpenSearchDashboards, "/app/data-explorer/discover#?_a="+urlSafe(rison(a))+
		"&_g="+urlSafe(rison(g))+"&_q="+urlSafe(rison(q)))
}

// kql quotes s for the Dashboards Query Language.
func kql(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(words.Visible(s)) + `"`
}

// under joins a base URL of the configuration and a path; empty when there is no usable base.
func under(base, path string) string {
	base = Web(base)
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + path
}

// short is s, or nothing when a card cannot carry it.
func short(s string) string {
	if len(s) > maxURL {
		return ""
	}
	return s
}

func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
