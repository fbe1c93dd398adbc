package incident

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// DeadLetter is a card that could not be delivered and is not tried again by itself, until
// its incident turns.
type DeadLetter struct {
	Format   int              `json:"format"` // 1
	Receiver string           `json:"receiver"`
	Headline string           `json:"headline"` // of the card
	Reason   string           `json:"reason"`   // what the last try said
	Attempts int              `json:"attempts"`
	GivenUp  time.Time        `json:"given_up"`
	Version  int64            `json:"version"`  // of the incident, as the card would have shown it
	Incident seamark.Incident `json:"incident"` // what the card was made of
}

const deadFormat = 1

// DeadLetters keeps one file for each card that was given up: "dead/<incident>.<receiver>.json".
type DeadLetters struct {
	files  Box
	prefix string
}

// NewDeadLetters keeps them in files below prefix, such as "dead".
func NewDeadLetters(files Box, prefix string) *DeadLetters {
	return &DeadLetters{files: files, prefix: strings.Trim(prefix, "/")}
}

// key names the file of a card: by a hash, for a receiver has any name.
func (l *DeadLetters) key(incident, receiver string) string {
	sum := sha256.Sum256([]byte(receiver))
	return l.prefix + "/" + incident + "." + hex.EncodeToString(sum[:6]) + ".json"
}

// Put keeps one; it replaces that of the same incident and receiver.
func (l *DeadLetters) Put(d DeadLetter) error {
	if err := checkID(d.Incident.ID); err != nil {
		return err
	}
	d.Format = deadFormat
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return fmt.Errorf("encode dead letter: %w", err)
	}
	return l.files.PutBytes(l.key(d.Incident.ID, d.Receiver), b)
}

// Remove takes one away; that there is none is fine.
func (l *DeadLetters) Remove(incident, receiver string) error {
	err := l.files.Remove(l.key(incident, receiver))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// List reads all of them, the newest first. One that cannot be read is told of in the error.
func (l *DeadLetters) List(ctx context.Context) ([]DeadLetter, error) {
	var list []DeadLetter
	var faults []error
	err := l.files.Walk(l.prefix, func(key string, _ fs.DirEntry) error {
		if !strings.HasSuffix(key, ".json") {
			return ctx.Err()
		}
		var d DeadLetter
		b, err := l.files.ReadFile(key)
		if err == nil {
			err = json.Unmarshal(b, &d)
		}
		if err != nil || d.Format > deadFormat || !validID(d.Incident.ID) {
			faults = append(faults, &seamark.Fault{Class: seamark.Permanent, What: "not a dead letter", Where: key, Err: err, Remedy: "delete the file, or run the newer version of seamark that wrote it"})
			return ctx.Err()
		}
		list = append(list, d)
		return ctx.Err()
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	slices.SortFunc(list, func(a, b DeadLetter) int { return b.GivenUp.Compare(a.GivenUp) })
	return list, errors.Join(append(faults, err)...)
}
