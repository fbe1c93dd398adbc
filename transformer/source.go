package transformer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Source is a landing object opened for reading. Its content must not change meanwhile.
type Source struct {
	io.ReaderAt
	ID      lake.ID
	Origin  lake.Origin
	Arrival time.Time
	close   func() error
}

// Close releases the object.
func (s *Source) Close() error { return s.close() }

// OpenFile opens a landing object in a file and identifies its content by a first
// pass over it. A file below the lake's own landing folder is known by its key.
func OpenFile(l *lake.Lake, name string) (*Source, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, inputFault(name, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errFolder
	}
	if err != nil {
		f.Close()
		return nil, inputFault(name, err)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		f.Close()
		return nil, inputFault(name, err)
	}
	url := "file://" + filepath.ToSlash(abs)
	if rel, err := filepath.Rel(l.Root(), abs); err == nil && strings.HasPrefix(filepath.ToSlash(rel), lake.LandingFolder+"/") {
		url = filepath.ToSlash(rel)
	}
	s := &Source{ReaderAt: f, close: f.Close, Origin: lake.Origin{URL: url, Modified: info.ModTime().UTC()}}
	if err := s.identify(f); err != nil {
		f.Close()
		return nil, inputFault(name, err)
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
		return nil, inputFault("standard input", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return nil, inputFault("standard input", err)
	}
	s := &Source{ReaderAt: f, close: f.Close, Origin: lake.Origin{URL: "-"}}
	if err := s.identify(f); err != nil {
		f.Close()
		return nil, inputFault("standard input", err)
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

var errFolder = errors.New("is a folder")

func inputFault(name string, err error) error {
	f := &seamark.Fault{Class: seamark.Rejected, What: "cannot read the landing object", Where: name, Err: err}
	var path *fs.PathError
	if errors.As(err, &path) {
		f.Err = path.Err
	}
	switch {
	case errors.Is(err, errFolder):
		f.Remedy = "name the files in it"
	case errors.Is(err, fs.ErrNotExist):
		f.Remedy = "check the path"
	case errors.Is(err, fs.ErrPermission):
		f.Remedy = "give this user the right to read it"
	}
	return f
}
