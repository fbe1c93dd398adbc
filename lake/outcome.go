package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
)

// Outcome stands for the rows that one transformation of a landing object gave: 16 hex digits.
type Outcome string

// content is a hash of what files hold and of where they belong, whatever their names.
func content(files []FileRef) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s %d %s\n", path.Dir(f.Key), f.Rows, f.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Outcome is that of the entry's files. The same files under another generation are another
// outcome, so that what once no longer counts never counts again.
func (e *Entry) Outcome() Outcome {
	if e.Brief != nil {
		return e.Brief.Outcome
	}
	return outcomeOf(e.Generation(), content(e.Files))
}

func outcomeOf(generation, content string) Outcome {
	if generation == "" {
		return Outcome(content[:16])
	}
	sum := sha256.Sum256([]byte(generation + " " + content))
	return Outcome(hex.EncodeToString(sum[:8]))
}

// Generation tells apart the files of one landing object that was transformed with different
// outcomes: 8 hex digits, or "" for the first. No generation's names are used again.
func (e *Entry) Generation() string {
	if len(e.Files) == 0 {
		return ""
	}
	_, _, generation, _ := parseFileKey(e.Files[0].Key)
	return generation
}

// nextGeneration follows was when an object's files hold something else.
func nextGeneration(was, content string) string {
	sum := sha256.Sum256([]byte("after " + was + " " + content))
	return hex.EncodeToString(sum[:4])
}

// Brief is what is known of an entry's files when they are left out of memory, because
// compacted files hold their rows.
type Brief struct {
	Outcome      Outcome
	Files        int
	Bytes        int64
	MinMs, MaxMs int64 // oldest and newest timestamp
}

// newest is the newest timestamp of the entry's rows, 0 when it has none.
func (e *Entry) newest() int64 {
	if e.Brief != nil {
		return e.Brief.MaxMs
	}
	return briefOf(e).MaxMs
}

func (e *Entry) fileCount() int {
	if e.Brief != nil {
		return e.Brief.Files
	}
	return len(e.Files)
}

func briefOf(e *Entry) *Brief {
	b := &Brief{Outcome: e.Outcome(), Files: len(e.Files)}
	for i, f := range e.Files {
		b.Bytes += f.Bytes
		if i == 0 || f.MinMs < b.MinMs {
			b.MinMs = f.MinMs
		}
		b.MaxMs = max(b.MaxMs, f.MaxMs)
	}
	return b
}
