package transformer

import (
	"errors"
	"io"
	"path/filepath"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/landing"
)

// OpenObject opens the landing object with key in s: the store of l itself, or another
// one. Where the store tags its objects, the identity comes from the tag and the object is
// read once, by pieces, as it is parsed; else by a first pass over its content. An object
// that is replaced while it is read fails, and can be tried again.
func OpenObject(l *lake.Lake, s lake.Store, key string) (*Source, error) {
	place, err := s.Path(key)
	if err != nil {
		return nil, err
	}
	if _, local := s.(*lake.Dir); local {
		return OpenFile(l, filepath.FromSlash(place))
	}
	f, err := s.Open(key)
	if err != nil {
		return nil, storeFault(place, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, storeFault(place, err)
	}
	url := place
	if own, ok := strings.CutPrefix(place, l.Root()+"/"); ok && strings.HasPrefix(own, lake.LandingFolder+"/") {
		url = own
	}
	src := &Source{
		landing.Input{ReaderAt: f, Arrival: lake.Arrival(url, info.ModTime()), Origin: lake.Origin{URL: url, Size: info.Size(), Modified: info.ModTime().UTC()}},
		f.Close,
	}
	var tagged bool
	if src.ID, tagged = lake.TagID(url, info); !tagged {
		if err := src.identify(io.NewSectionReader(f, 0, info.Size())); err != nil {
			f.Close()
			return nil, storeFault(place, err)
		}
	}
	return src, nil
}

// storeFault is err as the store has classed it, else that of an input.
func storeFault(place string, err error) error {
	if _, classed := errors.AsType[*seamark.Fault](err); classed {
		return err
	}
	return landing.InputFault(place, err)
}
