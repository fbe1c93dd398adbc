// Package config reads seamark.yml: one YAML file in which every key has a default.
//
// Reading is strict, and finds all faults at once: each names file, line and key, says
// what is wrong and how to mend it. Secrets are never in the file: keys that end in File
// or Env say where one is, and a literal secret is a fault whose text does not repeat it.
// Relative paths in it are taken from the folder in which the file lies.
//
// The structs here and in the components are the authority: docs/reference/configuration.md
// is generated from their tags, and a test holds it current.
package config

import (
	"fmt"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/transformer/redact"
)

// Config is the whole of seamark.yml.
type Config struct {
	Lake           string              `yaml:"lake" path:"y" doc:"Folder or URL that holds landing/, lake/, ledger/, quarantine/ and formats/. Empty: lake below data."`
	Data           string              `yaml:"data" path:"y" doc:"Folder for what the appliance itself keeps: access key, incidents, cards."`
	Listen         string              `yaml:"listen" doc:"Address of the web page, the API and the front door. Off loopback a login token is required."`
	AllowedHosts   []string            `yaml:"allowedHosts" doc:"Host names under which the web page may be asked for, besides localhost, the address in listen and the host of publicURL (protection against DNS rebinding)."`
	TrustedProxies []string            `yaml:"trustedProxies" doc:"Addresses or networks of proxies in front (10.0.0.0/8). What they say in X-Forwarded-For and X-Forwarded-Proto is believed: who guesses tokens is the client, not the proxy, and cookies are Secure when it ends TLS."`
	LoginTokenFile string              `yaml:"loginTokenFile" path:"y" doc:"File that holds the token with which people log in."`
	LoginTokenEnv  string              `yaml:"loginTokenEnv" doc:"Environment variable that holds it."`
	PublicURL      string              `yaml:"publicURL" doc:"Address under which people reach the web page; links on cards begin with it."`
	FrontDoor      FrontDoor           `yaml:"frontDoor" doc:"Where Firehose delivers."`
	OpenSearch     OpenSearch          `yaml:"opensearch" doc:"The index; without a URL DuckDB searches the lake."`
	LakeCache      Bytes               `yaml:"lakeCache" doc:"How much of a lake in S3 is kept on this machine for queries, once nothing more of it is being read. May also stand below lake, as cache."`
	Compact        Compact             `yaml:"compact" doc:"How the appliance merges the lake's small files. May also stand below lake."`
	Retention      Retention           `yaml:"retention" doc:"How long what is kept. May also stand below lake."`
	Index          Index               `yaml:"index" doc:"What is indexed."`
	Products       map[string]Product  `yaml:"products" doc:"What is known of a product beside its tags."`
	Workloads      []Workload          `yaml:"workloads" doc:"Whose a log group is when no filter name says so; the first that matches counts."`
	Deployment     string              `yaml:"deployment" doc:"Name of this installation: the owner mark on all that it makes in an account."`
	Accounts       []Account           `yaml:"accounts" doc:"AWS accounts that are looked after, and their names for people."`
	Regions        []string            `yaml:"regions" doc:"Regions that are looked after in each account."`
	Onboard        Onboard             `yaml:"onboard" doc:"How the accounts are looked after."`
	Alarms         CloudAlarms         `yaml:"alarms" doc:"The CloudWatch alarms that tags ask for."`
	APIGateway     APIGateway          `yaml:"apigateway" doc:"What may be changed on API stages."`
	Fields         map[string]Promoted `yaml:"fields" doc:"Keys of event_data, per product, that boards need typed; 20 per product at most."`
	Redact         Redact              `yaml:"redact" doc:"What must not be stored. Landing and quarantine keep what arrived: see howto/redaction.md."`
	Rules          rules.Config        `yaml:"rules" doc:"Alarms evaluated by Seamark itself."`
	Alerts         alerter.Config      `yaml:"alerts" doc:"Incidents and their cards."`
	Incidents      Incidents           `yaml:"incidents" doc:"Which incidents are told to more people."`
	Links          Links               `yaml:"links" doc:"Where the links on cards lead."`
	Receivers      []Receiver          `yaml:"receivers" doc:"Who can be told."`
	Route          *route.Tree         `yaml:"route" doc:"Who is told of what, in Alertmanager's own syntax. Without it every receiver hears everything."`
	TimeIntervals  []route.Interval    `yaml:"time_intervals" doc:"Named times for mute_time_intervals and active_time_intervals of routes, in Alertmanager's own syntax."`
	MuteIntervals  []route.Interval    `yaml:"mute_time_intervals" doc:"Older name of time_intervals."`
	Inhibit        []route.Inhibit     `yaml:"inhibit_rules" doc:"Alarms that keep others quiet while they fire, in Alertmanager's own syntax."`
	Labels         map[string]string   `yaml:"labels" doc:"What a label of an alarm stands for that came by Alertmanager's API or is foreign: product, environment, team or component, such as {namespace: product}. Labels of these four names need no entry."`
	SNS            SNS                 `yaml:"sns" doc:"Topics that deliver alarms to /ingest/sns. That of alarms.topic needs no entry."`
	Heartbeat      Heartbeat           `yaml:"heartbeat" doc:"Who notices when Seamark itself can tell nobody any more."`
	Watchdogs      []Watchdog          `yaml:"watchdogs" doc:"Alerts that always fire and are repeated, such as Prometheus' Watchdog, sent to /api/v2: they make no incident; that one comes no more does."`
	API            API                 `yaml:"api" doc:"Alertmanager's API v2, at /api/v2."`
}

// Heartbeat is a URL that is asked for while alarms can be told.
type Heartbeat struct {
	URLFile string           `yaml:"urlFile" path:"y" doc:"File that holds the URL, such as that of a check of healthchecks.io; empty: nobody is pinged."`
	URLEnv  string           `yaml:"urlEnv" doc:"Environment variable that holds it."`
	Every   seamark.Duration `yaml:"every" doc:"How often. It is held back while nothing can be stored or rules are not evaluated."`
}

// Watchdog is an alert that always fires.
type Watchdog struct {
	AlertName string           `yaml:"alertname" doc:"Its name."`
	Within    seamark.Duration `yaml:"within" doc:"It is missing when it has not been repeated for this long, such as 10m."`
	Severity  string           `yaml:"severity" doc:"Of the alarm: critical, the default, or warning."`
}

// SNS says which topics may deliver.
type SNS struct {
	Topics []string `yaml:"topics" doc:"ARNs, such as arn:aws:sns:eu-central-1:222222222222:alarms; the region may be *."`
}

// API is Alertmanager's API v2.
type API struct {
	ResolveTimeout seamark.Duration `yaml:"resolveTimeout" doc:"An alert without an end counts as fine when its sender has not repeated it for this long."`
}

// FrontDoor is where Firehose delivers.
type FrontDoor struct {
	SealBytes     Bytes            `yaml:"sealBytes" doc:"A landing object is sealed at this size."`
	SealAfter     seamark.Duration `yaml:"sealAfter" doc:"And at this age."`
	AccessKeyFile string           `yaml:"accessKeyFile" path:"y" doc:"File with the key that Firehose must send. Empty: made at the first start, in data."`
	TLSCert       string           `yaml:"tlsCert" path:"y" doc:"PEM file of the certificate. Firehose speaks HTTPS only; without it a proxy must."`
	TLSKey        string           `yaml:"tlsKey" path:"y" doc:"PEM file of its key."`
}

// OpenSearch is the index.
type OpenSearch struct {
	URL          string `yaml:"url" doc:"Address of the cluster, without user and password."`
	UsernameFile string `yaml:"usernameFile" path:"y" doc:"File that holds the user's name."`
	UsernameEnv  string `yaml:"usernameEnv" doc:"Environment variable that holds it."`
	PasswordFile string `yaml:"passwordFile" path:"y" doc:"File that holds the password."`
	PasswordEnv  string `yaml:"passwordEnv" doc:"Environment variable that holds it."`
	CAFile       string `yaml:"caFile" path:"y" doc:"PEM file of the authority that signed the cluster's certificate. Empty: the system's."`
}

// Index says what is indexed.
type Index struct {
	RetentionDays int `yaml:"retentionDays" doc:"Events older than this stay in the lake only."`
}

// Compact says how the appliance merges the lake's small files.
type Compact struct {
	Enabled    bool             `yaml:"enabled" doc:"Whether the appliance does it by itself, when nothing else waits."`
	Every      seamark.Duration `yaml:"every" doc:"How often it looks for what can be merged."`
	OlderThan  seamark.Duration `yaml:"olderThan" doc:"An hour is merged when its end lies this far back."`
	SmallFiles int              `yaml:"smallFiles" doc:"A partition with more files than this is merged before that."`
}

// Retention says how long what is kept.
type Retention struct {
	Landing    Age `yaml:"landing" doc:"Landing objects, by arrival. What is gone can be replayed no more."`
	Lake       Age `yaml:"lake" doc:"Rows, by the hour of the event."`
	Quarantine Age `yaml:"quarantine" doc:"Undecodable input, by arrival."`
	Infrequent Age `yaml:"infrequent" doc:"S3 only: at this age landing objects and lake files move to Standard-IA."`
	Instant    Age `yaml:"instant" doc:"S3 only: and at this one to Glacier Instant Retrieval, where queries still read them at once."`
	Deep       Age `yaml:"deep" doc:"S3 only: at this age landing objects move to Glacier Deep Archive; before a replay they must be restored."`
}

// Forever reports whether nothing ever goes.
func (r Retention) Forever() bool { return r.Landing == 0 && r.Lake == 0 && r.Quarantine == 0 }

// Product is what is known of a product beside its tags.
type Product struct {
	Accounts []string `yaml:"accounts" doc:"Account ids that may claim the product; data of any other is filed under unassigned and reported. Empty: any."`
	Runbook  string   `yaml:"runbook" doc:"Link for cards where no tag gives one."`
}

// Workload says whose a source is.
type Workload struct {
	Source      string `yaml:"source" doc:"Log group; * stands for any characters."`
	Product     string `yaml:"product" doc:"Product."`
	Environment string `yaml:"environment" doc:"Environment."`
	Team        string `yaml:"team" doc:"Team."`
}

// Account names an AWS account.
type Account struct {
	ID    string `yaml:"id" doc:"12 digits."`
	Alias string `yaml:"alias" doc:"Name for people."`
}

// Promoted are keys of event_data with a typed column in the index.
type Promoted struct {
	Num []string `yaml:"num" doc:"Numbers: num.<key>."`
	Kw  []string `yaml:"kw" doc:"Words: kw.<key>."`
}

// Redact says what must not be stored.
type Redact struct {
	KeyFile string        `yaml:"keyFile" path:"y" doc:"File that holds the key for the action hash, 16 bytes or more."`
	KeyEnv  string        `yaml:"keyEnv" doc:"Environment variable that holds it."`
	Rules   []redact.Rule `yaml:"rules" doc:"Applied in this order."`
}

// Links says where the links on cards lead.
type Links struct {
	OpenSearchDashboards string `yaml:"opensearchDashboards" doc:"Address of OpenSearch Dashboards (2.10 or newer) with its prefix, such as https://host/_dashboards."`
	LogsPattern          string `yaml:"logsPattern" doc:"Saved-object id of the index pattern of logs."`
	AccessPattern        string `yaml:"accessPattern" doc:"Saved-object id of the index pattern of access logs."`
	AWSPortal            string `yaml:"awsPortal" doc:"AWS access portal through which links to the console sign in, such as https://example.awsapps.com/start."`
	AWSRole              string `yaml:"awsRole" doc:"Permission set to ask the portal for."`
}

// Incidents says what becomes of incidents beside their cards.
type Incidents struct {
	Escalate []alerter.Escalation `yaml:"escalate" doc:"Second audiences: an incident is told to those of each entry that holds, once."`
}

// Default is the configuration when nothing is configured.
func Default() *Config {
	return &Config{
		Data: ".seamark", Listen: "127.0.0.1:8080",
		FrontDoor: FrontDoor{SealBytes: 8_000_000, SealAfter: seamark.Duration(5 * time.Second)},
		LakeCache: 2_000_000_000,
		Compact:   Compact{Enabled: true, Every: seamark.Duration(10 * time.Minute), OlderThan: seamark.Duration(2 * time.Hour), SmallFiles: 100},
		Retention: Retention{Infrequent: 30 * Day, Instant: 90 * Day},
		Index:     Index{RetentionDays: 30},
		Onboard:   Onboard{TagReads: tagReadsAuto},
		Alarms:    CloudAlarms{Reconcile: seamark.Duration(5 * time.Minute), MinRequests: 20, MaxRoutes: 50},
		Rules:     rules.DefaultConfig(),
		Alerts:    alerter.DefaultConfig(),
		Heartbeat: Heartbeat{Every: seamark.Duration(time.Minute)},
		API:       API{ResolveTimeout: seamark.Duration(5 * time.Minute)},
		Links:     Links{LogsPattern: links.DefaultLogsPattern, AccessPattern: links.DefaultAccessPattern},
	}
}

// CardLinks are the links of cards as the alerter takes them.
func (c *Config) CardLinks() links.Config {
	l := links.Config{
		PublicURL: c.PublicURL, OpenSearchDashboards: c.Links.OpenSearchDashboards, LogsPattern: c.Links.LogsPattern,
		AccessPattern: c.Links.AccessPattern, AWSPortal: c.Links.AWSPortal, AWSRole: c.Links.AWSRole, Accounts: map[string]string{},
		Style: c.Alerts.Style,
	}
	for _, a := range c.Accounts {
		l.Accounts[a.ID] = a.Alias
	}
	return l
}

// Routing is what the configuration says about who is told of an alarm.
func (c *Config) Routing() route.Config {
	r := route.Config{
		Route: c.Route, Intervals: slices.Concat(c.TimeIntervals, c.MuteIntervals), Inhibit: c.Inhibit,
		ResolveTimeout: c.API.ResolveTimeout, GroupInterval: c.Alerts.UpdateEvery, RepeatInterval: &c.Alerts.Repeat,
	}
	for _, one := range c.Receivers {
		if one.Name != "" && !slices.Contains(r.Receivers, one.Name) && (c.Route != nil || !c.escalatesTo(one.Name)) {
			r.Receivers = append(r.Receivers, one.Name)
		}
	}
	return r
}

// escalatesTo reports whether a receiver is a second audience.
func (c *Config) escalatesTo(name string) bool {
	return slices.ContainsFunc(c.Incidents.Escalate, func(x alerter.Escalation) bool { return slices.Contains(x.Receivers, name) })
}

// IntervalKey is where the interval i of Routing stands.
func (c *Config) IntervalKey(i int) string {
	if n := len(c.TimeIntervals); i >= n {
		return fmt.Sprintf("mute_time_intervals[%d]", i-n)
	}
	return fmt.Sprintf("time_intervals[%d]", i)
}

// Runbook is the runbook configured for the product of s, or empty.
func (c *Config) Runbook(s seamark.Scope) string { return c.Products[s.Product].Runbook }
