package quarantine

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// minPrefix is how many digits of a landing id may stand for it on the command line.
const minPrefix = 8

// Piece is one piece of quarantined input; its JSON keys are part of the command line.
type Piece struct {
	ID      string    `json:"id"`      // <first digits of the landing id>/<n>: names the piece on the command line
	Arrival time.Time `json:"arrival"` // of the landing object
	Origin  string    `json:"origin"`  // its URL
	Offset  int64     `json:"offset"`  // byte in it
	Bytes   int64     `json:"bytes"`
	Reason  string    `json:"reason"`
	Key     string    `json:"key"` // of the file that keeps the bytes
	SHA256  string    `json:"sha256,omitempty"`

	entry *lake.Entry
}

// Filter chooses pieces. The zero value chooses all.
type Filter struct {
	Span   seamark.Span // of the arrival
	Reason string       // what the reason must hold, whatever its case
}

// Pieces is the quarantine of a lake.
type Pieces struct {
	All []Piece // oldest arrival first

	lake *lake.Lake
}

// Read lists what lies in quarantine, as the ledger has it.
func Read(l *lake.Lake, f Filter) *Pieces {
	out := &Pieces{All: []Piece{}, lake: l}
	for _, e := range l.Entries() {
		if !f.Span.Contains(e.Arrival) {
			continue
		}
		for n, q := range e.Quarantine {
			if f.Reason != "" && !strings.Contains(strings.ToLower(q.Reason), strings.ToLower(f.Reason)) {
				continue
			}
			out.All = append(out.All, Piece{
				ID: fmt.Sprintf("%s/%d", e.ID[:12], n), Arrival: e.Arrival, Origin: q.Origin, Offset: q.Offset, Bytes: q.Bytes,
				Reason: q.Reason, Key: q.Kept, SHA256: q.SHA256, entry: e,
			})
		}
	}
	return out
}

// Entry is the ledger's of the landing object in which the piece lies.
func (p *Piece) Entry() *lake.Entry { return p.entry }

// Pick finds pieces by name: the id that a Piece has, the key of the kept
// file, or a landing id or its first 8 digits for all pieces of the object.
func (q *Pieces) Pick(names []string) ([]Piece, error) {
	var out []Piece
	for _, name := range names {
		found := false
		for _, p := range q.All {
			if !p.named(name) {
				continue
			}
			if found = true; !slices.ContainsFunc(out, func(o Piece) bool { return o.Key == p.Key }) {
				out = append(out, p)
			}
		}
		if !found {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("nothing in quarantine is called %q", name),
				Remedy: "take an id or key from `seamark quarantine list`"}
		}
	}
	return out, nil
}

func (p *Piece) named(name string) bool {
	if name == p.Key || strings.HasSuffix(name, "/"+p.Key) {
		return true
	}
	id, n, one := strings.Cut(name, "/")
	if len(id) < minPrefix || !strings.HasPrefix(string(p.entry.ID), id) {
		return false
	}
	return !one || n == path.Base(p.ID)
}

// Open opens the bytes that are kept of a piece.
func (q *Pieces) Open(p Piece) (io.ReadCloser, error) {
	f, err := q.lake.Open(p.Key)
	if err != nil {
		return nil, &seamark.Fault{What: "the quarantined bytes cannot be read", Where: p.Key, Err: seamark.RootCause(err),
			Remedy: "run `" + q.lake.Command("quarantine retry", p.ID) + "`, which keeps them anew from the landing object"}
	}
	return f, nil
}
