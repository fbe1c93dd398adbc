package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/transformer/redact"
)

// report is called for each fault: the key it is about, what is wrong, and the remedy.
type report func(key, what, remedy string)

// below is r for the keys of a component.
func (r report) below(prefix string) func(key, what, remedy string) {
	return func(key, what, remedy string) { r(prefix+"."+key, what, remedy) }
}

var topicARN = regexp.MustCompile(`^arn:aws[a-z-]*:sns:(\*|[a-z0-9-]+):\d{12}:[A-Za-z0-9_.-]+$`)

// maxPromoted bounds the promoted keys of one product: each is a field of the index mapping.
const maxPromoted = 20

func (c *Config) validate(r report) {
	c.validateServer(r)
	c.validateFleet(r)
	c.validateOnboarding(r)
	c.validateFields(r)
	c.validateLake(r)
	oneOf(r, "redact.key", c.Redact.KeyFile, c.Redact.KeyEnv)
	redact.Validate(c.Redact.Rules, c.Redact.KeyFile+c.Redact.KeyEnv != "", func(key, what, remedy string) {
		r("redact.rules"+key, what, remedy)
	})
	c.Rules.Validate(r.below("rules"))
	c.Alerts.Validate(r.below("alerts"))
	weblink(r, "links.opensearchDashboards", c.Links.OpenSearchDashboards)
	weblink(r, "links.awsPortal", c.Links.AWSPortal)
	c.validateReceivers(r)
	oneOf(r, "heartbeat.url", c.Heartbeat.URLFile, c.Heartbeat.URLEnv)
	seamark.InRange(r, "heartbeat.every", c.Heartbeat.Every, 10*time.Second, time.Hour)
	c.validateWatchdogs(r)
	seamark.InRange(r, "api.resolveTimeout", c.API.ResolveTimeout, 10*time.Second, 24*time.Hour)
	seamark.InRange(r, "alarms.reconcile", c.Alarms.Reconcile, 0, 24*time.Hour)
	for i, topic := range c.SNS.Topics {
		if !topicARN.MatchString(topic) {
			r(fmt.Sprintf("sns.topics[%d]", i), show(topic)+" is not the ARN of a topic", "write arn:aws:sns:eu-central-1:222222222222:alarms; only the region may be *")
		}
	}
	for _, label := range sortedKeys(c.Labels) {
		if into := c.Labels[label]; !slices.Contains(route.Targets(), into) {
			r("labels."+label, show(into)+" is nothing that a label can stand for", "use "+strings.Join(route.Targets(), ", "))
		}
	}
}

func (c *Config) validateWatchdogs(r report) {
	seen := map[string]bool{}
	for i, w := range c.Watchdogs {
		key := fmt.Sprintf("watchdogs[%d]", i)
		if w.AlertName == "" || seen[w.AlertName] {
			r(key, "it needs an alertname of its own", "write alertname: Watchdog")
		}
		seen[w.AlertName] = true
		seamark.InRange(r, key+".within", w.Within, 30*time.Second, 24*time.Hour)
		if w.Severity != "" && w.Severity != seamark.SeverityCritical && w.Severity != seamark.SeverityWarning {
			r(key+".severity", "there is no severity "+show(w.Severity), "use critical or warning")
		}
	}
}

func (c *Config) validateServer(r report) {
	if c.Data == "" {
		r("data", "the folder has no name", "name one, or leave the key out")
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || port == "" {
		r("listen", fmt.Sprintf("%q is not an address", c.Listen), "write host:port, such as 127.0.0.1:8080")
	} else if !loopback(host) && c.LoginTokenFile == "" && c.LoginTokenEnv == "" {
		r("listen", "listens off loopback without a login", "set loginTokenFile or loginTokenEnv, or listen on 127.0.0.1")
	}
	oneOf(r, "loginToken", c.LoginTokenFile, c.LoginTokenEnv)
	for i, h := range c.AllowedHosts {
		if h == "" || strings.ContainsAny(h, "/ *?#@") {
			r(fmt.Sprintf("allowedHosts[%d]", i), fmt.Sprintf("%q is not a host name", h), "write the name alone: seamark.example.com")
		}
	}
	for i, p := range c.TrustedProxies {
		if _, err := network(p); err != nil {
			r(fmt.Sprintf("trustedProxies[%d]", i), fmt.Sprintf("%q is neither an address nor a network", p), "write 10.0.0.7, 10.0.0.0/8 or fd00::/8")
		}
	}
	weblink(r, "publicURL", c.PublicURL)
	if b := c.FrontDoor.SealBytes; b < 64_000 || b > 1_000_000_000 {
		r("frontDoor.sealBytes", fmt.Sprintf("%s is out of range", b), "use 64KB to 1GB")
	}
	seamark.InRange(r, "frontDoor.sealAfter", c.FrontDoor.SealAfter, 100*time.Millisecond, 15*time.Minute)
	if (c.FrontDoor.TLSCert == "") != (c.FrontDoor.TLSKey == "") {
		r("frontDoor", "tlsCert and tlsKey belong together", "set both or neither")
	}
	weblink(r, "opensearch.url", c.OpenSearch.URL)
	oneOf(r, "opensearch.username", c.OpenSearch.UsernameFile, c.OpenSearch.UsernameEnv)
	oneOf(r, "opensearch.password", c.OpenSearch.PasswordFile, c.OpenSearch.PasswordEnv)
	if d := c.Index.RetentionDays; d < 1 || d > 36500 {
		r("index.retentionDays", fmt.Sprintf("%d is out of range", d), "use 1 to 36500")
	}
}

func (c *Config) validateFleet(r report) {
	for _, name := range sortedKeys(c.Products) {
		key := "products." + name
		slug(r, key, "product", name)
		for i, id := range c.Products[name].Accounts {
			accountID(r, fmt.Sprintf("%s.accounts[%d]", key, i), id)
		}
		weblink(r, key+".runbook", c.Products[name].Runbook)
	}
	for i, w := range c.Workloads {
		key := fmt.Sprintf("workloads[%d]", i)
		if w.Source == "" {
			r(key, "source is missing", "name a log group, such as /aws/lambda/booking-*")
		}
		if w.Product == "" {
			r(key, "product is missing", "name the product of "+show(w.Source))
		} else {
			slug(r, key+".product", "product", w.Product)
		}
		if w.Environment != "" {
			slug(r, key+".environment", "environment", w.Environment)
		}
	}
	seen := map[string]bool{}
	for i, a := range c.Accounts {
		key := fmt.Sprintf("accounts[%d]", i)
		accountID(r, key+".id", a.ID)
		if a.Alias == "" {
			r(key, "alias is missing", "give the account a name")
		}
		if a.ID != "" && seen[a.ID] {
			r(key+".id", "account "+show(a.ID)+" is listed twice", "remove one")
		}
		seen[a.ID] = true
	}
}

func (c *Config) validateFields(r report) {
	for _, name := range sortedKeys(c.Fields) {
		p := c.Fields[name]
		key := "fields." + name
		slug(r, key, "product", name)
		if n := len(p.Num) + len(p.Kw); n > maxPromoted {
			r(key, fmt.Sprintf("%d keys are promoted", n), fmt.Sprintf("promote %d at most; the others stay searchable in event_data", maxPromoted))
		}
		for _, list := range []struct {
			key  string
			keys []string
		}{{"num", p.Num}, {"kw", p.Kw}} {
			for i, k := range list.keys {
				if k == "" || len(k) > 128 || strings.ContainsAny(k, " *\"\\") || strings.HasPrefix(k, ".") || strings.HasSuffix(k, ".") {
					r(fmt.Sprintf("%s.%s[%d]", key, list.key, i), show(k)+" is not a key of event_data", "write the key as it stands in event_data, such as teu")
				}
			}
		}
	}
}

// oneOf reports a secret that is said to be in two places.
func oneOf(r report, key, file, env string) {
	if file != "" && env != "" {
		r(key+"Env", "the secret is said to be in a file and in the environment", "keep one of "+last(key)+"File and "+last(key)+"Env")
	}
}

func last(key string) string { return key[strings.LastIndex(key, ".")+1:] }

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// weblink reports what is no address; a password inside it is not repeated.
func weblink(r report, key, s string) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(s, " \t\n\"<>"):
		r(key, "not a web address", "write https://host/path")
	case u.User != nil:
		r(key, "holds a user or password", "take it out of the address; secrets go into files or the environment")
	}
}

func accountID(r report, key, id string) {
	if !seamark.IsAccountID(id) {
		r(key, show(id)+" is not an account id", `write 12 digits in quotes: "222222222222"`)
	}
}

func slug(r report, key, kind, name string) {
	if s := seamark.Slug(name); s != name {
		r(key, fmt.Sprintf("%s is not how the %s is spelled", show(name), kind), "write "+s)
	}
}

// show quotes a value for a message, cut to a readable length.
func show(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Proxies are the networks of trustedProxies.
func (c *Config) Proxies() []netip.Prefix {
	var list []netip.Prefix
	for _, p := range c.TrustedProxies {
		if n, err := network(p); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// network reads an address, which is a network of one, or a network.
func network(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap()
		return a.Prefix(a.BitLen())
	}
	n, err := netip.ParsePrefix(s)
	return n.Masked(), err
}
