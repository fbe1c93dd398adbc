package transformer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/landing"
)

// Source is a landing object opened for reading. Its content must not change meanwhile.
type Source struct {
	landing.Input
	close func() error
}

// Close releases the object.
func (s *Source) Close() error { return s.close() }

// OpenFile opens a landing object in a file and identifies its content by a first
// pass over it. A file below the lake's own landing folder is known by its key.
func OpenFile(l *lake.Lake, name string) (*Source, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, landing.InputFault(name, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = landing.ErrFolder
	}
	if err != nil {
		f.Close()
		return nil, landing.InputFault(name, err)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		f.Close()
		return nil, landing.InputFault(name, err)
	}
	url := "file://" + filepath.ToSlash(abs)
	if rel, err := filepath.Rel(l.Root(), abs); err == nil && strings.HasPrefix(filepath.ToSlash(rel), lake.LandingFolder+"/") {
		url = filepath.ToSlash(rel)
	}
	s := &Source{landing.Input{ReaderAt: f, Origin: lake.Origin{URL: url, Modified: info.ModTime().UTC()}}, f.Close}
	if err := s.identify(f); err != nil {
		f.Close()
		return nil, landing.InputFault(name, err)
	}
	s.Arrival = lake.Arrival(url, info.ModTime())
	return s, nil
}

// Spool reads a landing object from r (standard input) into a temporary file of the
// system, which is gone when the Source is closed. now is its time of arrival.
func Spool(r io.Reader, now time.Time) (*Source, error) {
	f, err := os.CreateTemp("", "seamark-stdin-*")
	if err != nil {
		return nil, fmt.Errorf("spool standard input: %w", err)
	}
	os.Remove(f.Name()) // the name goes, the file stays until it is closed
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return nil, landing.InputFault("standard input", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return nil, landing.InputFault("standard input", err)
	}
	s := &Source{landing.Input{ReaderAt: f, Origin: lake.Origin{URL: "-"}}, f.Close}
	if err := s.identify(f); err != nil {
		f.Close()
		return nil, landing.InputFault("standard input", err)
	}
	s.Arrival = now.UTC().Truncate(time.Millisecond)
	return s, nil
}

func (s *Source) identify(r io.Reader) error {
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	s.Origin.Size = n
	s.ID = lake.ID(hex.EncodeToString(sum.Sum(nil)))
	return err
}
