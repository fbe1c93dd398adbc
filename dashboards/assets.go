package dashboards

import (
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed web/dist
var dist embed.FS

// file is one built file with its compressed form, ready to be sent.
type file struct {
	kind        string // Content-Type
	plain, gzip []byte
	etag        string // without quotes
}

// assets are the built files by name: "index.html", "assets/app.js".
type assets struct{ files map[string]file }

func loadAssets() (*assets, error) {
	a := &assets{files: map[string]file{}}
	err := fs.WalkDir(dist, "web/dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		f := file{kind: kindOf(name), plain: body, etag: hex.EncodeToString(sum[:12])}
		if z := squeeze(body, gzip.BestCompression); len(z) < len(body) {
			f.gzip = z
		}
		a.files[strings.TrimPrefix(name, "web/dist/")] = f
		return nil
	})
	if err == nil && a.files["index.html"].plain == nil {
		err = fmt.Errorf("web/dist holds no index.html")
	}
	return a, err
}

// kindOf does not ask the machine's own table for what we ship: a wrong entry there
// would keep the script from running under nosniff.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// serve sends one file. Names carry no hash, so a browser asks each time and is told
// by the ETag that nothing has changed.
func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string) {
	f, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, etag := f.plain, `"`+f.etag+`"`
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	if f.gzip != nil && acceptsGzip(r) {
		body, etag = f.gzip, `"`+f.etag+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader that went away is not our concern
	}
}

// serveNotFound sends the page with status 404.
func (a *assets) serveNotFound(w http.ResponseWriter, r *http.Request) {
	body := a.files["index.html"].plain
	h := w.Header()
	h.Set("Content-Type", kindOf("index.html"))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader that went away is not our concern
	}
}

// matches compares weakly, as RFC 9110, 13.1.2 demands of If-None-Match.
func matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}
