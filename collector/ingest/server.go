package ingest

import (
	"net/http"
	"time"
)

// Recommended time-outs of the http.Server that serves a front door. They end a client
// that sends, or reads, a byte at a time; the front door bounds the time of each body by
// itself, so that a server that must keep other connections open longer may leave
// ReadTimeout and WriteTimeout at zero.
const (
	ReadHeaderTimeout = 10 * time.Second
	ReadTimeout       = 3 * time.Minute // Firehose's own time-out for a request
	WriteTimeout      = 4 * time.Minute // from the end of the header: longer than the body may take
	IdleTimeout       = 2 * time.Minute
	MaxHeaderBytes    = 32 << 10 // the access key alone may have 4 KiB, the common attributes more
)

// SetTimeouts gives srv the recommended time-outs where it has none.
func SetTimeouts(srv *http.Server) {
	srv.ReadHeaderTimeout = or(srv.ReadHeaderTimeout, ReadHeaderTimeout)
	srv.ReadTimeout = or(srv.ReadTimeout, ReadTimeout)
	srv.WriteTimeout = or(srv.WriteTimeout, WriteTimeout)
	srv.IdleTimeout = or(srv.IdleTimeout, IdleTimeout)
	srv.MaxHeaderBytes = or(srv.MaxHeaderBytes, MaxHeaderBytes)
}
