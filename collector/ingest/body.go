package ingest

import (
	"errors"
	"fmt"
	"io"
	"strconv"
)

// recordSink takes the records of a request, decoded, one after the other.
type recordSink interface {
	BeginRecord() error
	io.Writer
	EndRecord() error
}

// delivery is what a Firehose request says besides its records.
type delivery struct {
	requestID string
	timestamp int64 // Unix milliseconds; 0 when it says none
	records   int
}

// badBody is an error of the client: the body is not what the protocol says.
type badBody struct {
	offset int64
	what   string
}

func (e *badBody) Error() string { return fmt.Sprintf("byte %d: %s", e.offset, e.what) }

// read reads a request body
//
//	{"requestId":…, "timestamp":…, "records":[{"data":<base64>}, …]}
//
// in one pass, in memory that does not depend on its size. Keys may come in any order,
// unknown ones are skipped, doubled ones are refused. The error is a *badBody, an errSink
// or what the reader returned.
func (r *deliveryReader) read(in io.Reader, sink recordSink) (delivery, error) {
	r.scanner.reset(in)
	r.sink, r.got = sink, delivery{}
	err := r.body()
	if err != nil && r.readErr != nil && r.readErr != io.EOF {
		err = r.readErr // what it broke is of no interest
	}
	r.in, r.sink = nil, nil
	return r.got, err
}

// deliveryReader holds the buffers of a reader of request bodies. It can be used again.
type deliveryReader struct {
	scanner
	sink recordSink
	got  delivery
	b64  base64Writer
}

func (r *deliveryReader) body() error {
	var id, stamp, records bool
	err := r.object(func(key string) error {
		switch {
		case key == "requestId" && !id:
			id = true
			return r.readRequestID()
		case key == "timestamp" && !stamp:
			stamp = true
			return r.readTimestamp()
		case key == "records" && !records:
			records = true
			return r.array(r.record)
		case key == "requestId" || key == "timestamp" || key == "records":
			return r.bad("key " + key + " comes twice")
		}
		return r.skip(0)
	})
	if err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	switch {
	case !id:
		return r.bad("requestId is missing")
	case !records:
		return r.bad("records is missing")
	}
	return nil
}

func (r *deliveryReader) readRequestID() error {
	id, whole, err := r.text(maxID)
	if err != nil {
		return err
	}
	if !whole {
		return r.bad("requestId is too long")
	}
	r.got.requestID = id
	return nil
}

func (r *deliveryReader) readTimestamp() error {
	text, err := r.number()
	if err != nil {
		return err
	}
	if r.got.timestamp, err = strconv.ParseInt(text, 10, 64); err != nil {
		return r.bad("timestamp is not a whole number")
	}
	return nil
}

// record reads {"data":"…"} into the sink.
func (r *deliveryReader) record() error {
	data := false
	err := r.object(func(key string) error {
		if key != "data" {
			return r.skip(0)
		}
		if data {
			return r.bad("key data comes twice")
		}
		data = true
		return r.data()
	})
	if err == nil && !data {
		err = r.bad("record without data")
	}
	r.got.records++
	return err
}

func (r *deliveryReader) data() error {
	if err := r.sink.BeginRecord(); err != nil {
		return errSink{err}
	}
	r.b64.reset(r.sink)
	err := r.string(func(piece []byte, escaped bool) error {
		if escaped && len(piece) == 1 && (piece[0] == '\n' || piece[0] == '\r') {
			return nil
		}
		return r.b64.write(piece)
	})
	if err == nil {
		err = r.b64.close()
	}
	if errors.Is(err, errBase64) {
		return r.bad("data is not base64")
	}
	if err != nil {
		return err
	}
	if err := r.sink.EndRecord(); err != nil {
		return errSink{err}
	}
	return nil
}
