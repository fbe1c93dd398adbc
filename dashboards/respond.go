package dashboards

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark"
)

// faultJSON is an error as the API and the command line write it, under "error".
type faultJSON struct {
	What   string `json:"what"`
	Where  string `json:"where"`
	Remedy string `json:"remedy"`
}

func writeFault(w http.ResponseWriter, status int, f faultJSON) {
	body, _ := json.Marshal(map[string]faultJSON{"error": f}) // three strings: cannot fail
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader that went away is not our concern
}

// fail turns an error into an answer. A Fault speaks for itself; any other error may
// hold what must not leave (paths, credentials in URLs) and goes to the log only.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // a tab was closed, or the page asked something newer; whatever the engine calls that
	}
	status, f := http.StatusInternalServerError, faultJSON{
		What: "the question failed", Where: r.URL.Path, Remedy: "the log of seamark says why",
	}
	if fault, ok := errors.AsType[*seamark.Fault](err); ok {
		f = faultJSON{What: fault.What, Where: fault.Where, Remedy: fault.Remedy}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		status = http.StatusNotFound
		f = faultJSON{What: "there is none of this name", Where: r.URL.Path, Remedy: "it may have been removed; look through the list"}
	case errors.Is(err, context.DeadlineExceeded):
		status = http.StatusGatewayTimeout
		f = faultJSON{What: "the question took longer than " + s.opts.Timeout.String(), Where: r.URL.Path, Remedy: "narrow the time range or add a filter"}
	case seamark.ClassOf(err) == seamark.Rejected:
		status = http.StatusBadRequest
	case seamark.ClassOf(err) == seamark.Temporary:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	if status >= 500 {
		s.opts.Logger.ErrorContext(r.Context(), "page request failed", "path", r.URL.Path, "status", status, "error", err)
	}
	writeFault(w, status, f)
}

// gzipFrom is the size in bytes from which an answer is worth compressing.
const gzipFrom = 4 << 10

// answer writes v as JSON, compressed when that pays and is understood.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Encoding")
	if len(body) >= gzipFrom && acceptsGzip(r) {
		body = squeeze(body, gzip.BestSpeed)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a reader that went away is not our concern
}

func squeeze(b []byte, level int) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, level) // a constant level: cannot fail
	_, _ = z.Write(b)                        // into memory: cannot fail
	_ = z.Close()
	return out.Bytes()
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3) as far as gzip is concerned.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func noSuchAPI(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeFault(w, http.StatusMethodNotAllowed, faultJSON{What: "this only reads", Where: r.Method, Remedy: "use GET"})
		return
	}
	writeFault(w, http.StatusNotFound, faultJSON{What: "no such route", Where: r.URL.Path, Remedy: "the page's routes are under /api/flow, /api/logs and /api/incidents"})
}
