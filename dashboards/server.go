package dashboards

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/seamark-hq/seamark"
)

// Searcher answers questions about the rows of the lake or the index.
type Searcher interface {
	// Search returns rows, newest first unless asked otherwise.
	Search(ctx context.Context, q seamark.Query) (seamark.Result, error)
	// Histogram counts the rows of q in buckets of step, aligned to the Unix epoch.
	// Empty buckets may be left out. Limit and Before of q mean nothing here.
	Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error)
	// Facets returns, for each of fields, its most frequent values among the rows of q.Without(field),
	// all of one moment. A fingerprint's count carries the text of its pattern.
	Facets(ctx context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error)
}

// Incidents knows what is and was wrong.
type Incidents interface {
	List(ctx context.Context) ([]seamark.Incident, error)
	// Get returns an error for which errors.Is(err, fs.ErrNotExist) holds when there is no such incident.
	Get(ctx context.Context, id string) (seamark.Incident, Cards, error)
}

// Cards are the bytes of an incident's cards as they were last sent, or as they
// would be sent. An empty one was never rendered.
type Cards struct {
	Slack json.RawMessage `json:"slack,omitempty"` // the body of chat.postMessage or of the webhook
	Teams json.RawMessage `json:"teams,omitempty"` // the Workflows envelope, or the bare Adaptive Card
	Text  string          `json:"text,omitempty"`
}

// Said is what an incident's cards say of it, so that the page says the same.
type Said struct {
	Fault  string   `json:"fault"`  // "4xx 23.4% on booking-api/prod, +1 more"
	Lasted string   `json:"lasted"` // "4 m 10 s"
	Alarms []string `json:"alarms"` // "23.4% of 1,204 requests in 1 m, limit 5%", one for each alarm
	// Patterns are the card's samples, one for each pattern of the incident.
	Patterns []SaidPattern `json:"patterns"`
}

// SaidPattern is one pattern of records as a card shows it.
type SaidPattern struct {
	Kind   string   `json:"kind"`   // the error's type, or the level
	Sample string   `json:"sample"` // one line
	Stack  []string `json:"stack"`  // its first frames; may be empty
}

// FlowSource says how the pipeline is.
type FlowSource interface {
	Flow(ctx context.Context) (seamark.Flow, error)
}

// Options are what a Server needs. Searcher, Incidents and Flow must be given.
type Options struct {
	Searcher  Searcher
	Incidents Incidents
	Flow      FlowSource
	Logger    *slog.Logger // nil: silent
	// Say words an incident as its cards do; nil: the page shows it without figures.
	Say func(in *seamark.Incident, now time.Time) Said
	// AllowedHosts are the names under which the page may be asked for, besides the
	// loopback names: "seamark.example.com", or with a port to allow only that one.
	AllowedHosts []string
	// Token, when set, is asked of everybody: as "Authorization: Bearer", or once at
	// /login for a cookie. At least 16 bytes. An empty one suits loopback only, and
	// the caller refuses to listen elsewhere.
	Token    string
	Sessions *Sessions        // who is logged in; nil: nobody knows, and none can be ended
	Version  string           // shown on the page
	Lake     string           // LAKE as the command line would name it, for commands to copy; may be empty
	Now      func() time.Time // nil: time.Now
	Timeout  time.Duration    // of one question to the store; 0: 30 s
}

// Server serves the page and its API.
type Server struct {
	opts    Options
	login   *login // nil without a token
	assets  *assets
	handler http.Handler
}

// New checks the options and builds the routes.
func New(opts Options) (*Server, error) {
	if opts.Searcher == nil || opts.Incidents == nil || opts.Flow == nil {
		return nil, &seamark.Fault{Class: seamark.Permanent, What: "the page needs a searcher, incidents and a flow source", Where: "dashboards"}
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Timeout == 0 {
		opts.Timeout = 30 * time.Second
	}
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, assets: files}
	if opts.Token != "" {
		if s.login, err = newLogin(opts.Token, opts); err != nil {
			return nil, err
		}
	}
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(denyCrossOrigin))
	s.handler = GuardHost(opts.AllowedHosts)(secureHeaders(origins.Handler(s.RequireLogin(s.routes()))))
	return s, nil
}

// ServeHTTP answers with all guards in place.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// routes lists every route once. Only /login and /logout change anything, and only a cookie.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/flow", s.flow)
	mux.HandleFunc("GET /api/logs", s.logs)
	mux.HandleFunc("GET /api/logs/histogram", s.histogram)
	mux.HandleFunc("GET /api/logs/facets", s.facets)
	mux.HandleFunc("GET /api/logs/row", s.row)
	mux.HandleFunc("GET /api/logs/context", s.beside)
	mux.HandleFunc("GET /api/logs/compare", s.compare)
	mux.HandleFunc("GET /api/logs/download", s.download)
	mux.HandleFunc("GET /api/journey", s.journey)
	mux.HandleFunc("GET /api/incidents", s.incidents)
	mux.HandleFunc("GET /api/incidents/{id}", s.incident)
	mux.HandleFunc("/api/", noSuchAPI)
	for _, page := range []string{"/{$}", "/logs", "/incidents", "/incidents/{id}"} {
		mux.HandleFunc("GET "+page, s.page)
	}
	mux.HandleFunc("/", s.noPage)
	mux.HandleFunc("GET /assets/{name}", s.asset)
	mux.HandleFunc("GET /favicon.svg", s.asset)
	if s.login != nil {
		mux.HandleFunc("GET /login", s.login.form)
		mux.HandleFunc("POST /login", s.login.enter)
		mux.HandleFunc("POST /logout", s.login.leave)
	}
	return mux
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) { s.assets.serve(w, r, "index.html") }

// noPage answers for a path that is none of ours: with the page, which says so in its own words.
func (s *Server) noPage(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "this only reads: use GET", http.StatusMethodNotAllowed)
		return
	}
	s.assets.serveNotFound(w, r)
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	s.assets.serve(w, r, r.URL.Path[1:])
}

// flowAnswer is the flow with what the page must know of the server.
type flowAnswer struct {
	seamark.Flow
	Version string `json:"version"`
	Lake    string `json:"lake,omitempty"`
	Login   bool   `json:"login"` // somebody is logged in by cookie and may leave
}

func (s *Server) flow(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	flow, err := s.opts.Flow.Flow(ctx)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for i := range flow.Quarantine {
		flow.Quarantine[i].Reason, _ = seamark.CutText(flow.Quarantine[i].Reason, maxTextBytes)
	}
	_, err = r.Cookie(cookieName)
	s.answer(w, r, flowAnswer{Flow: flow, Version: s.opts.Version, Lake: s.opts.Lake, Login: s.login != nil && err == nil})
}
