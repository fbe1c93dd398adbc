package app

import (
	"cmp"
	"context"
	"log"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/net/netutil"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/act"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/heartbeat"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/internal/app/calmlog"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/app/oncall"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/query/split"
)

// queryMemoryMB bounds DuckDB in the appliance, which shares the machine.
const queryMemoryMB = 128

// Options are what an appliance is started with.
type Options struct {
	Config  *config.Config
	Logger  *slog.Logger
	Version string
	// Listener takes the place of the configuration's address where a caller has opened one; the appliance closes it.
	Listener net.Listener
	// Receivers are told of every incident besides those of the configuration.
	Receivers []alerter.Receiver
	// Listening is told the address once the appliance accepts requests; nil: nobody.
	Listening func(url string)
}

// App is the appliance: every stage in one process. Make one with New, Run it, and it
// drains when its context ends.
type App struct {
	o      Options
	log    *slog.Logger
	lake   *lake.Lake
	store  lake.Store // of the lake
	door   *lake.Dir  // where the front door keeps what it took: the lake itself when that is a folder
	state  *lake.Dir  // the data folder
	unlock []func()
	cut    context.CancelFunc // ends every request to the bucket
	key    string             // what Firehose must send

	db        *duckdb.DB
	spool     *ingest.Spool
	upload    *stage.Upload // nil when the lake is a folder
	transform *stage.Transform
	index     *stage.Index // nil without an OpenSearch
	searcher  split.Engine // the lake, with the index beside it where there is one
	compact   *stage.Compact
	expire    *stage.Expire
	onboard   *stage.Onboard
	alerts    *alerter.Manager
	routes    *alertmanager.Machinery
	silences  *alertmanager.Silences
	reconcile *stage.Reconcile
	rules     *rules.Engine
	own       *ownRules
	pinger    *heartbeat.Pinger
	dogs      *heartbeat.Watchdogs
	flow      *flow
	before    seamark.Accounts // what the ledger held at the start
	metrics   *metrics
	listener  net.Listener
	server    *http.Server
}

// New opens everything and recovers what an earlier process left, but serves nothing yet.
func New(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{o: o, log: slog.New(calmlog.New(o.Logger.Handler())), metrics: newMetrics()}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if err := o.Config.Validate(CheckAlerts); err != nil {
		return nil, err
	}
	if err := a.openFolders(ctx); err != nil {
		return nil, err
	}
	if a.listener = o.Listener; a.listener != nil {
		// opened by the caller
	} else if a.listener, err = net.Listen("tcp", o.Config.Listen); err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "cannot listen", Where: o.Config.Listen, Err: seamark.RootCause(err), Remedy: "stop what uses the address, or name another with --listen"}
	}
	a.listener = netutil.LimitListener(a.listener, connections())
	a.warnOfSecrets()
	if a.db, err = lakes.DB(a.lake, filepath.Join(o.Config.Data, "cache"), o.Config.LakeCache, duckdb.Options{MemoryMB: queryMemoryMB, Logger: a.log}); err != nil {
		return nil, err
	}
	a.flow = newFlow(a.lake)
	a.before = a.flow.accounts
	rows, err := newTransformer(a.lake, o.Config)
	if err != nil {
		return nil, err
	}
	a.transform = stage.NewTransform(a.lake, rows, a.log, a.transformed)
	if a.index, a.searcher, err = newIndex(o.Config, a.lake, a.db, a.log); err != nil {
		return nil, err
	}
	a.compact = &stage.Compact{Lake: a.lake, Config: o.Config.Compact, Busy: a.backlogged, Log: a.log, Told: a.metrics.compacted}
	a.expire = &stage.Expire{Lake: a.lake, Keep: Retention(o.Config.Retention), Log: a.log, Told: a.metrics.expired}
	accounts := func(ctx context.Context) (*onboard.Accounts, error) {
		return OpenAccounts(ctx, AccountsOptions{Config: o.Config, Lake: lakes.Place(o.Config)})
	}
	every := time.Duration(o.Config.Onboard.Every)
	a.onboard = &stage.Onboard{Every: every, Open: accounts, Log: a.log, Told: a.metrics.onboarding.told}
	a.reconcile = &stage.Reconcile{Open: accounts, Log: a.log}
	if every > 0 { // where the accounts are looked after at all
		a.reconcile.Every = time.Duration(o.Config.Alarms.Reconcile)
	}
	if a.door != a.store {
		a.upload = stage.NewUpload(a.door, a.store, a.log, a.transform.Offer, a.flow.storageFailed)
	}
	if err := a.openFrontDoor(ctx); err != nil {
		return nil, err
	}
	if err := a.openAlerter(ctx); err != nil {
		return nil, err
	}
	return a, a.openServer()
}

func (a *App) openFolders(ctx context.Context) error {
	state, err := lake.OpenDir(a.o.Config.Data, nil)
	if err != nil {
		return err
	}
	a.state = state
	// What the bucket is asked for outlives ctx: the drain needs it.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	a.cut = cut
	if a.store, err = lakes.Store(requests, lakes.Place(a.o.Config)); err != nil {
		return err
	}
	var local bool
	if a.door, local = a.store.(*lake.Dir); !local { // nobody can lock a bucket, and nobody must
		if a.door, err = lake.OpenDir(filepath.Join(a.o.Config.Data, doorFolder), nil); err != nil {
			return err
		}
	}
	for _, d := range []*lake.Dir{state, a.door} {
		unlock, err := d.Lock()
		if err != nil {
			return err
		}
		a.unlock = append(a.unlock, unlock)
		if n, err := d.CleanTemp(); err != nil {
			return err
		} else if n > 0 {
			a.log.Info("removed temporary files of a process that died", "files", n, "folder", d.Root())
		}
	}
	a.lake = lake.New(a.store)
	if err := a.lake.Refresh(ctx); err != nil {
		return err
	}
	return a.lake.Recover()
}

func (a *App) openFrontDoor(ctx context.Context) (err error) {
	c := a.o.Config
	keyFile := c.FrontDoor.AccessKeyFile
	if keyFile == "" {
		keyFile = filepath.Join(c.Data, "access-key")
	}
	if a.key, _, err = ingest.LoadOrCreateKey(keyFile); err != nil {
		return err
	}
	a.spool, err = ingest.OpenSpool(ctx, ingest.SpoolOptions{
		Dir: a.door, Log: a.log, SealBytes: int64(c.FrontDoor.SealBytes), SealAfter: time.Duration(c.FrontDoor.SealAfter),
		Hooks: ingest.Hooks{Sealed: a.sealed, Request: a.metrics.request, Commit: a.metrics.commit, Failed: a.flow.storageFailed},
	})
	return err
}

func (a *App) openAlerter(ctx context.Context) error {
	c := a.o.Config
	receivers, err := cards.Receivers(c, a.log)
	if err != nil {
		return err
	}
	routes, err := oncall.Machinery(c)
	if err != nil {
		return err
	}
	a.routes = routes
	if a.silences, err = alertmanager.OpenSilences(a.state, oncall.SilencesFile, a.log, a.metrics.registry); err != nil {
		return err
	}
	var told func(seamark.Alarm) []string // nil: everybody hears everything, those of Options too
	if c.Route != nil {
		told = routes.Receivers
	}
	a.alerts, err = alerter.New(ctx, alerter.Options{
		Config: c.Alerts, Store: incident.NewFileStore(a.state, oncall.IncidentsFolder), Enricher: a.db,
		Receivers: append(receivers, a.o.Receivers...), Route: told,
		Told: routes.Told, Quiet: alertmanager.NewQuieter(routes).Among, Silences: a.silences, Links: oncall.CardLinks(c, a.URL()), Log: a.log,
		Inbox: incident.NewInbox(a.state, oncall.ActsFolder), Escalate: c.Incidents.Escalate,
		Letters: incident.NewDeadLetters(a.state, oncall.DeadFolder),
	})
	if err != nil {
		return err
	}
	a.silences.OnChange(a.alerts.Changed)
	a.reconcile.Alerts = a.alerts
	a.rules = rules.New(rules.Options{
		Config: c.Rules, Counter: counter{a.db}, Sink: a.alerts, Complete: a.completeUntil, Firing: a.alerts.Firing(),
		Runbook: c.Runbook, Log: a.log,
	})
	a.own = a.openOwn()
	return a.openHeartbeat()
}

// openHeartbeat makes what notices that nothing is told any more, of us and of others.
func (a *App) openHeartbeat() error {
	c := a.o.Config
	var dogs []heartbeat.Watchdog
	for _, w := range c.Watchdogs {
		dogs = append(dogs, heartbeat.Watchdog{Alert: w.AlertName, Within: time.Duration(w.Within), Severity: cmp.Or(w.Severity, seamark.SeverityCritical)})
	}
	a.dogs = heartbeat.NewWatchdogs(a.alerts, dogs, a.log, nil)
	to, err := config.ReadSecret(c.Heartbeat.URLFile, c.Heartbeat.URLEnv)
	if err != nil || to == "" {
		return err
	}
	a.pinger, err = heartbeat.NewPinger(heartbeat.PingerOptions{URL: to, Every: time.Duration(c.Heartbeat.Every), Well: a.speechless, Log: a.log})
	return err
}

// speechless is what keeps alarms from being told at all; empty: nothing does. One rule that is
// left out, or one receiver that is away, does not.
func (a *App) speechless() string {
	a.flow.mu.Lock()
	storage, at := a.flow.storage.what, a.flow.storageAt
	a.flow.mu.Unlock()
	if storage != "" && time.Since(at) < time.Minute {
		return storage
	}
	_, until, fault := a.rules.Status()
	if _, own, _ := a.own.Status(); fault == "" {
		fault = own
	}
	if late := a.rulesLate(until); fault == "" && late > 0 {
		fault = "rules are evaluated late"
	}
	return fault
}

// watched is the book as the API sees it: watchdogs stay out of it.
type watched struct {
	*alerter.Manager
	dogs *heartbeat.Watchdogs
}

// Observe implements alertmanager.Book.
func (w watched) Observe(ctx context.Context, alarms ...seamark.Alarm) error {
	return w.dogs.Observe(ctx, alarms...)
}

// Renew implements alertmanager.Book.
func (w watched) Renew(until map[string]time.Time) {
	w.dogs.Renew(until)
	w.Manager.Renew(until)
}

// sealed is told of each landing object that the front door has made.
func (a *App) sealed(key string) {
	if a.upload != nil {
		a.upload.Offer(key)
	} else {
		a.transform.Offer(key)
	}
}

// completeUntil is until when all that arrived can be queried.
func (a *App) completeUntil(context.Context) (time.Time, error) {
	until := time.Now().Add(-time.Duration(a.o.Config.Rules.Lag))
	for _, wait := range []func() (time.Time, bool){a.upload.Oldest, a.transform.Oldest} {
		if oldest, waiting := wait(); waiting && oldest.Before(until) {
			until = oldest
		}
	}
	return until, nil
}

func (a *App) openServer() error {
	c := a.o.Config
	token, err := config.ReadSecret(c.LoginTokenFile, c.LoginTokenEnv)
	if err != nil {
		return err
	}
	door, err := ingest.NewFirehose(ingest.FirehoseOptions{Spool: a.spool, AccessKey: a.key, Log: a.log})
	if err != nil {
		return err
	}
	if c.FrontDoor.TLSCert != "" && c.PublicURL == "" && len(c.AllowedHosts) == 0 {
		a.log.Warn("requests under a public host name will be refused with 421", "remedy", "set publicURL or allowedHosts in seamark.yml")
	}
	page, err := dashboards.New(dashboards.Options{Say: a.say,
		Searcher: a.searcher, Incidents: incidents{a.alerts}, Flow: a, Logger: a.log, AllowedHosts: a.hosts(), Token: token, Sessions: dashboards.NewSessions(a.state, sessionsFolder),
		Version: a.o.Version, Lake: a.lake.Root(),
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/ingest/firehose", door) // its access key is its login
	mux.Handle("GET /healthz", http.HandlerFunc(a.healthz))
	metrics := a.metrics.handler(a)
	mux.Handle("GET /metrics", a.keyed(metrics, page.RequireLogin(metrics)))
	if err := a.alarmDoors(mux, page.RequireLogin); err != nil {
		return err
	}
	if s, ok := oncall.Signer(c, a.URL()); ok {
		page := a.actPage(s)
		mux.Handle(act.Path, page) // its signature is its login
		if err := a.slackDoor(mux, page); err != nil {
			return err
		}
	}
	mux.Handle("/", page)
	a.server = &http.Server{Handler: dashboards.TrustProxies(c.Proxies())(dashboards.GuardHost(a.hosts())(mux)), ErrorLog: log.New(calmlog.HTTPErrors{Log: a.log}, "", 0)}
	ingest.SetTimeouts(a.server)
	return nil
}

// URL is where the page is.
func (a *App) URL() string {
	if a.o.Config.PublicURL != "" {
		return a.o.Config.PublicURL
	}
	return a.LocalURL()
}

// LocalURL is where it listens on this machine, whatever name people come by.
func (a *App) LocalURL() string {
	scheme := "http"
	if a.o.Config.FrontDoor.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + a.listener.Addr().String()
}

// Addr is where it listens.
func (a *App) Addr() net.Addr { return a.listener.Addr() }

// AccessKey is what Firehose must send.
func (a *App) AccessKey() string { return a.key }

// close releases what New has opened.
func (a *App) close() {
	if a.spool != nil {
		if err := a.spool.Close(); err != nil {
			a.log.Error("the spool could not be sealed; the next start does it", "error", err)
		}
	}
	if a.listener != nil {
		a.listener.Close()
	}
	if a.db != nil {
		a.db.Close()
	}
	if a.cut != nil {
		a.cut()
	}
	for _, unlock := range a.unlock {
		unlock()
	}
}
