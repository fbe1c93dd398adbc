package app

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
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

// PieceFilter chooses pieces. The zero value chooses all.
type PieceFilter struct {
	Span   seamark.Span // of the arrival
	Reason string       // what the reason must hold, whatever its case
}

// Pieces is the quarantine of a lake.
type Pieces struct {
	All []Piece // oldest arrival first

	lake   *lake.Lake
	config *config.Config
}

// ReadPieces lists what lies in quarantine.
func ReadPieces(ctx context.Context, place string, c *config.Config, f PieceFilter) (*Pieces, error) {
	l, err := ReadLake(ctx, place)
	if err != nil {
		return nil, err
	}
	out := &Pieces{All: []Piece{}, lake: l, config: c}
	for _, e := range l.Entries() {
		if !within(f.Span, e.Arrival) {
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
	return out, nil
}

func within(s seamark.Span, t time.Time) bool {
	return (s.From.IsZero() || !t.Before(s.From)) && (s.To.IsZero() || t.Before(s.To))
}

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
		return nil, &seamark.Fault{What: "the quarantined bytes cannot be read", Where: p.Key, Err: rootCause(err),
			Remedy: "run `seamark quarantine retry " + p.ID + "`, which keeps them anew from the landing object"}
	}
	return f, nil
}

// Retried is what a new try at one landing object came to.
type Retried struct {
	Object  string `json:"object"` // where it was read
	ID      string `json:"id"`     // landing id
	Before  Tally  `json:"before"`
	After   Tally  `json:"after"`
	Changed bool   `json:"changed"`
	Fault   string `json:"fault,omitempty"` // why it could not be tried
}

// Tally counts what an object gave.
type Tally struct {
	Parser      string `json:"parser"`
	Events      int64  `json:"events"`
	Rows        int64  `json:"rows"`
	Quarantined int64  `json:"quarantined"`
}

// Retry transforms the landing objects of pieces once more: this parser may
// decode what an earlier one could not. With dryRun nothing is written.
func (q *Pieces) Retry(ctx context.Context, pieces []Piece, dryRun bool, progress func(done, total int)) ([]Retried, error) {
	var entries []*lake.Entry
	for _, p := range pieces {
		if !slices.Contains(entries, p.entry) {
			entries = append(entries, p.entry)
		}
	}
	t, err := newTransformer(q.lake, q.config)
	if err != nil {
		return nil, err
	}
	out := []Retried{}
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		r := Retried{Object: e.Origin.URL, ID: string(e.ID), Before: tallyOf(e.Parser, e.Accounts)}
		after, err := retry(ctx, q.lake, t, e, dryRun)
		if err != nil {
			r.Fault, r.After = err.Error(), r.Before
		} else {
			r.After = after
		}
		r.Changed = r.Before.Events != r.After.Events || r.Before.Rows != r.After.Rows || r.Before.Quarantined != r.After.Quarantined
		out = append(out, r)
		progress(i+1, len(entries))
	}
	return out, ctx.Err()
}

func tallyOf(parser string, a seamark.Accounts) Tally {
	return Tally{Parser: parser, Events: a.Events, Rows: a.Rows, Quarantined: a.Quarantined}
}

func retry(ctx context.Context, l *lake.Lake, t *transformer.Transformer, e *lake.Entry, dryRun bool) (Tally, error) {
	src, err := sourceOf(ctx, l, e)
	if err != nil {
		return Tally{}, err
	}
	defer src.Close()
	if dryRun {
		x, err := t.Examine(ctx, src, nil)
		return tallyOf(transformer.ParserVersion, x.Accounts), err
	}
	res, err := t.Transform(ctx, src, true)
	if err != nil {
		return Tally{}, err
	}
	return tallyOf(res.Entry.Parser, res.Entry.Accounts), nil
}
