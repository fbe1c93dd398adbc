package alertmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	apiv2 "github.com/prometheus/alertmanager/api/v2"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/version"

	seamark "github.com/seamark-hq/seamark"
)

const (
	maxAlerts  = 32 << 20 // bytes of a POST of alerts
	maxSilence = 1 << 20  // bytes of a POST of a silence
)

// APIOptions are what the API is made of; Log may be nil.
type APIOptions struct {
	Machinery *Machinery
	Silences  *Silences
	Alerts    *Alerts
	Log       *slog.Logger
	Metrics   prometheus.Registerer
}

// API answers /api/v2/* as Alertmanager does, out of the book: Prometheus, vmalert and
// Grafana send to it, amtool and karma ask it. It checks neither key nor Host nor origin:
// who mounts it does.
type API struct {
	o     APIOptions
	inner http.Handler
}

// NewAPI returns the handler of /api/v2/.
func NewAPI(o APIOptions) (*API, error) {
	version.Version = Version // amtool compares it with its own
	a := &API{o: o}
	api, err := apiv2.NewAPI(o.Alerts, o.Alerts.groups, o.Alerts.groupMuted, o.Silences.state, nil, slog.New(slog.DiscardHandler), o.Metrics)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Permanent, What: "Alertmanager's API cannot be made", Err: err}
	}
	api.Update(o.Machinery.config, a.status)
	a.inner = api.Handler
	// karma reads the version from here.
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "alertmanager_build_info", Help: "The Alertmanager whose API this is.",
		ConstLabels: prometheus.Labels{"version": Version, "branch": "seamark", "revision": "", "goversion": version.GoVersion},
	})
	info.Set(1)
	if err := o.Metrics.Register(info); err != nil {
		return nil, err
	}
	return a, nil
}

// status marks, in the context's marker, what keeps an alert with these labels quiet.
func (a *API) status(ctx context.Context, set model.LabelSet) {
	m, ok := marker.FromContext(ctx)
	if !ok {
		return
	}
	fp := set.Fingerprint()
	var ids, by []string
	for _, one := range a.o.Silences.active(ctx, set) {
		ids = append(ids, one.Id)
	}
	m.SetSilenced(fp, ids)
	if source, _ := a.o.Alerts.inhibition().By(set); source != "" {
		by = []string{source}
	}
	m.SetInhibited(fp, by)
}

// ServeHTTP answers one request. A change of a silence is answered once it is on disk;
// 500 says that it is not.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch {
	case path == "/api/v2/silences" && r.Method == http.MethodPost:
		b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSilence))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "the silence is longer than 1 MiB, or did not come whole")
			return
		}
		var sent struct {
			EndsAt time.Time `json:"endsAt"`
		}
		// What is no JSON, or without a key that must be there, the API itself refuses.
		if json.Unmarshal(b, &sent) == nil && time.Until(sent.EndsAt) > longest {
			refuse(w, http.StatusBadRequest, "a silence of more than a year is one without end: end it within a year; what is meant for ever belongs into the routes")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
		a.change(w, r)
	case strings.HasPrefix(path, "/api/v2/silence/") && r.Method == http.MethodDelete:
		a.change(w, r)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxAlerts)
		a.inner.ServeHTTP(w, r)
	}
}

// errRefused says that the API itself refused a change.
var errRefused = errors.New("refused")

// change answers a request that changes a silence.
func (a *API) change(w http.ResponseWriter, r *http.Request) {
	held := &heldAnswer{header: http.Header{}, code: http.StatusOK}
	err := a.o.Silences.change(func() error {
		a.inner.ServeHTTP(held, r)
		if held.code/100 != 2 {
			return errRefused
		}
		return nil
	})
	if err != nil && !errors.Is(err, errRefused) {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	for name, values := range held.header {
		w.Header()[name] = values
	}
	w.WriteHeader(held.code)
	w.Write(held.body.Bytes())
}

// refuse answers as Alertmanager's API does: a JSON text.
func refuse(w http.ResponseWriter, code int, what string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(what)
}

// heldAnswer is an answer that is not sent yet.
type heldAnswer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (h *heldAnswer) Header() http.Header         { return h.header }
func (h *heldAnswer) WriteHeader(code int)        { h.code = code }
func (h *heldAnswer) Write(b []byte) (int, error) { return h.body.Write(b) }
