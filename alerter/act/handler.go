package act

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/words"
)

// maxForm bounds the body of a confirmation, in bytes.
const maxForm = 8 << 10

// Doer does what a person confirmed: an *alerter.Manager.
type Doer interface {
	Act(ctx context.Context, a incident.Act) error
}

// Options are what a Handler is made of.
type Options struct {
	Signer Signer
	Doer   Doer
	// About says what an incident is about in one line, and in which zone its team lives.
	About func(id string) (title string, zone *time.Location, ok bool)
	Log   *slog.Logger
	Now   func() time.Time // nil: time.Now
}

// Handler serves the page behind the buttons. GET shows what would happen and changes
// nothing; POST, from that page's one button, does it. The signature is the login.
type Handler struct{ opt Options }

// New makes a handler.
func New(opt Options) *Handler {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Handler{opt}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		h.ask(w, r.URL.Query())
	case http.MethodPost:
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			h.say(w, http.StatusBadRequest, view{Trouble: "The form cannot be read. Open the link again."})
			return
		}
		h.confirm(w, r, r.PostForm)
	default:
		head.Set("Allow", "GET, POST")
		h.say(w, http.StatusMethodNotAllowed, view{Trouble: "Open the link in a browser."})
	}
}

// view is what the page shows.
type view struct {
	Trouble, Done, Title, Label, Until string
	Fields                             map[string]string
}

func (h *Handler) read(w http.ResponseWriter, q url.Values) (id string, c choice, v view, until time.Time, ok bool) {
	now := h.opt.Now()
	id, c, trouble := h.opt.Signer.check(q, now)
	if trouble != "" {
		h.say(w, http.StatusForbidden, view{Trouble: trouble})
		return "", c, v, until, false
	}
	title, zone, known := h.opt.About(id)
	if !known {
		h.say(w, http.StatusNotFound, view{Trouble: "There is no such incident any more."})
		return "", c, v, until, false
	}
	v = view{Title: words.Line(title, 200), Label: c.label, Fields: map[string]string{}}
	for _, key := range []string{"i", "d", "e", "s"} {
		v.Fields[key] = q.Get(key)
	}
	if until = c.until(now, zone); !until.IsZero() {
		v.Until = until.In(zone).Format("Mon 2006-01-02 15:04 MST")
	}
	return id, c, v, until, true
}

func (h *Handler) ask(w http.ResponseWriter, q url.Values) {
	if _, _, v, _, ok := h.read(w, q); ok {
		h.say(w, http.StatusOK, v)
	}
}

func (h *Handler) confirm(w http.ResponseWriter, r *http.Request, form url.Values) {
	id, c, v, until, ok := h.read(w, form)
	if !ok {
		return
	}
	who := words.Line(strings.TrimSpace(form.Get("who")), 100)
	if who == "" {
		v.Trouble = "Say who you are: your name stands on the card."
		h.say(w, http.StatusBadRequest, v)
		return
	}
	err := h.opt.Doer.Act(r.Context(), incident.Act{Incident: id, Do: c.do, By: who, At: h.opt.Now(), Until: until})
	if err != nil {
		h.opt.Log.Warn("act_refused", "incident", id, "do", c.do, "error", err)
		what := "It could not be stored. Try again in a minute."
		if f, ok := errors.AsType[*seamark.Fault](err); ok && f.Class == seamark.Rejected {
			what = f.What + ": " + f.Remedy
		}
		h.say(w, http.StatusConflict, view{Trouble: what, Title: v.Title})
		return
	}
	v.Done = "Done. The card will say so."
	h.say(w, http.StatusOK, v)
}

// Press does at once what a button stands for: for a medium that knows who clicked and has
// asked whether he is sure. An error that a person should see is a Rejected fault.
func (h *Handler) Press(ctx context.Context, button url.Values, who string) error {
	now := h.opt.Now()
	id, c, trouble := h.opt.Signer.check(button, now)
	if trouble != "" {
		return &seamark.Fault{Class: seamark.Rejected, What: "the button does not count", Remedy: trouble}
	}
	_, zone, known := h.opt.About(id)
	if !known {
		return &seamark.Fault{Class: seamark.Rejected, What: "there is no such incident any more", Remedy: "nothing is left to do"}
	}
	return h.opt.Doer.Act(ctx, incident.Act{Incident: id, Do: c.do, By: words.Line(who, 100), At: now, Until: c.until(now, zone)})
}

func (h *Handler) say(w http.ResponseWriter, status int, v view) {
	w.WriteHeader(status)
	if err := page.Execute(w, v); err != nil {
		h.opt.Log.Debug("act_page_not_sent", "error", err)
	}
}

var page = template.Must(template.New("act").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>Seamark</title>
<style>
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,"Segoe UI",Roboto,sans-serif;max-width:32em;margin:24px auto;padding:0 16px}
h1{font-size:20px}
button,input{font:inherit;min-height:44px;padding:0 16px;border-radius:4px;border:1px solid #7B8794}
button{background:#0B5CAD;color:#FFFFFF;border-color:#0B5CAD}
label{display:block;margin:16px 0 4px}
</style></head><body>
<h1>{{if .Title}}{{.Title}}{{else}}Seamark{{end}}</h1>
{{if .Trouble}}<p role="alert">{{.Trouble}}</p>{{end}}
{{if .Done}}<p role="status">{{.Done}}</p>
{{else if .Label}}<p>{{.Label}}{{if .Until}} (until {{.Until}}){{end}}?</p>
<form method="post" action="/act">
{{range $k, $v := .Fields}}<input type="hidden" name="{{$k}}" value="{{$v}}">
{{end}}<label for="who">Your name, as it shall stand on the card</label>
<input id="who" name="who" required maxlength="100" autocomplete="name">
<button>{{.Label}}</button>
</form>{{end}}
</body></html>
`))
