package landing

import (
	"errors"
	"io/fs"

	seamark "github.com/seamark-hq/seamark"
)

// ErrFolder says that a name is a folder's.
var ErrFolder = errors.New("is a folder")

// InputFault says of an object or a file that it cannot be read, why, and what to do.
func InputFault(name string, err error) error {
	f := &seamark.Fault{Class: seamark.Rejected, What: "cannot read the landing object", Where: name, Err: err}
	var path *fs.PathError
	if errors.As(err, &path) {
		f.Err = path.Err
	}
	switch {
	case errors.Is(err, ErrFolder):
		f.Remedy = "name the files in it"
	case errors.Is(err, fs.ErrNotExist):
		f.Remedy = "check the path"
	case errors.Is(err, fs.ErrPermission):
		f.Remedy = "give this user the right to read it"
	}
	return f
}
