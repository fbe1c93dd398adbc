package incident

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Box is the part of a durable folder that an Inbox needs; *lake.Dir is one.
type Box interface {
	Files
	Remove(keys ...string) error
}

// Inbox is where a command leaves what a person wants done while another process keeps
// the incidents: one file per act, taken away once it is done.
type Inbox struct {
	files  Box
	prefix string
}

// NewInbox keeps acts in files below prefix, such as "acts".
func NewInbox(files Box, prefix string) *Inbox {
	return &Inbox{files: files, prefix: strings.Trim(prefix, "/")}
}

// Put leaves an act; it is durable when Put returns. The name can be given to Waiting.
func (b *Inbox) Put(a Act) (name string, err error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode act: %w", err)
	}
	name = b.prefix + "/" + a.At.UTC().Format("20060102T150405.000000000Z") + "-" + rand.Text()[:8] + ".json"
	return name, b.files.PutBytes(name, raw)
}

// Waiting reports whether an act has not been taken yet.
func (b *Inbox) Waiting(name string) bool {
	_, err := b.files.ReadFile(name)
	return err == nil
}

// Take hands each act to do, oldest first, and removes it after. It ends at the first that
// do could not make durable, which stays.
func (b *Inbox) Take(ctx context.Context, do func(Act) error) error {
	var names []string
	err := b.files.Walk(b.prefix, func(key string, _ fs.DirEntry) error {
		if strings.HasSuffix(key, ".json") {
			names = append(names, key)
		}
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("list acts: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		raw, err := b.files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read act: %w", err)
		}
		var a Act
		if json.Unmarshal(raw, &a) == nil {
			if err := do(a); err != nil {
				return err
			}
		}
		if err := b.files.Remove(name); err != nil {
			return fmt.Errorf("remove act: %w", err)
		}
	}
	return nil
}
