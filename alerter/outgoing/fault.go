package outgoing

import (
	"context"
	"errors"
	"net"
	"net/url"

	seamark "github.com/seamark-hq/seamark"
)

// Fault classes an error of a connection: temporary. What it says is unreachable, or
// unreadable where the network did its part. Its text never holds the URL, which may be a secret.
func Fault(err error, where, unreachable, unreadable string) *seamark.Fault {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	f := &seamark.Fault{Class: seamark.Temporary, What: unreachable, Where: where, Err: err}
	if _, network := errors.AsType[net.Error](err); !network && !errors.Is(err, context.Canceled) {
		f.What = unreadable
	}
	return f
}
