// Package folder delivers cards as files: for each incident <id>.json (the incident),
// <id>.slack.json, <id>.teams.json and <id>.text.txt, replaced in place as it goes on.
//
// It is the receiver of the demo and of tests, and serves whoever picks cards up by
// other means. The files are durable when Deliver returns.
package folder

import (
	"context"
	"encoding/json"
	"fmt"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
)

// Files replaces a whole file atomically and durably; *lake.Dir does.
type Files interface {
	PutBytes(key string, b []byte) error
}

// Render writes a card in the format of one technology.
type Render struct {
	Suffix string // of the file: "slack.json"
	Bytes  func(card.Card) ([]byte, error)
}

// Receiver writes cards into one folder.
type Receiver struct {
	name    string
	files   Files
	renders []Render
}

// New makes a receiver that writes the incident, the text and whatever else renders
// makes of a card. The renderers are passed in because an adapter imports no other.
func New(name string, files Files, renders ...Render) *Receiver {
	text := Render{"text.txt", func(c card.Card) ([]byte, error) { return []byte(card.Text(c)), nil }}
	incident := Render{"json", func(c card.Card) ([]byte, error) { return json.MarshalIndent(c.Incident, "", "  ") }}
	return &Receiver{name: name, files: files, renders: append(append([]Render{}, renders...), text, incident)}
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.name }

// Deliver replaces the files of card. Doing so twice changes nothing, so that an
// unknown outcome needs no look-up. The incident's own file is written last.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, _ card.Ref) (card.Ref, error) {
	for _, render := range r.renders {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		b, err := render.Bytes(c)
		if err != nil {
			return "", fmt.Errorf("render %s: %w", render.Suffix, err)
		}
		if err := r.files.PutBytes(c.ID+"."+render.Suffix, append(b, '\n')); err != nil {
			return "", &seamark.Fault{Class: seamark.Temporary, What: "cannot write the card", Where: "receiver " + r.name, Err: err}
		}
	}
	return card.Ref(c.ID), nil
}
