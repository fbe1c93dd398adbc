package coldstart

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
)

// The environment of a function besides its configuration; see docs/howto/aws.md.
const (
	lakeVariable     = "SEAMARK_LAKE"          // s3://bucket or s3://bucket/prefix, in place of the configuration's lake
	QueueVariable    = "SEAMARK_QUEUE_URL"     // the function's own queue
	firehoseVariable = "SEAMARK_FIREHOSE_ARN"  // the delivery stream that the canary goes through; none: it is landed directly
	databaseVariable = "SEAMARK_GLUE_DATABASE" // the database of Athena's tables; none: they are not kept
	modeVariable     = "SEAMARK_FIREHOSE_MODE" // landing (or none), or inline: Firehose calls the transformer, and there is no ledger
)

// Start is what a function was started with.
type Start struct {
	Config   *config.Config
	Store    Store  // of the lake
	Queue    string // URL of the function's own queue; "" where none is named
	Firehose string // ARN of the delivery stream; "" where none is named
	Database string // of Athena's tables in Glue; "" where none is named
	Inline   bool   // Firehose transforms by calling the transformer; nobody works off landing
	Log      *slog.Logger
	Meter    *lambda.Meter
}

// Store is the store of the lake.
type Store struct {
	place  string
	bucket *s3.Store // nil: a folder
	folder lake.Store
}

// Open reads what the environment says. What is missing is named by the fault.
func Open(ctx context.Context, log *slog.Logger, checks ...config.Check) (*Start, error) {
	if err := Secrets(ctx); err != nil {
		return nil, err
	}
	name, text, err := lambda.Config(ctx, fetch, log)
	if err != nil {
		return nil, err
	}
	c, err := config.Parse(name, text, checks...)
	if err != nil {
		return nil, err
	}
	if place := os.Getenv(lakeVariable); place != "" {
		c.Lake = place
	}
	s := &Start{Config: c, Queue: os.Getenv(QueueVariable), Database: os.Getenv(databaseVariable), Firehose: os.Getenv(firehoseVariable), Log: log, Meter: lambda.NewMeter(os.Stdout)}
	switch mode := os.Getenv(modeVariable); mode {
	case "", "landing":
	case "inline":
		s.Inline = true
	default:
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: modeVariable, What: "'" + mode + "' is no way in which Firehose delivers", Remedy: "say landing or inline"}
	}
	s.Store, err = OpenStore(ctx, c.Lake)
	return s, err
}

// Count writes metrics; one that is not in the list is named in the log.
func (s *Start) Count(values map[string]float64) {
	if err := s.Meter.Put(values); err != nil {
		s.Log.Error("not counted", "error", err)
	}
}

// OpenQueued is Open for a function that needs a queue of its own.
func OpenQueued(ctx context.Context, log *slog.Logger) (*Start, error) {
	s, err := Open(ctx, log)
	if err == nil && !s.Inline {
		_, err = lambda.Required(QueueVariable, "the URL of the function's own queue")
	}
	return s, err
}

// fetch reads an object by its URL.
func fetch(ctx context.Context, url string) ([]byte, error) {
	bucket, key, err := s3.Parse(url)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, errors.New("it names a bucket and no object")
	}
	store, err := s3.Open(ctx, s3.Scheme+bucket, s3.Options{})
	if err != nil {
		return nil, err
	}
	return store.ReadFile(key)
}

// OpenStore opens the store of a lake: a bucket, or a mounted file system.
func OpenStore(ctx context.Context, place string) (Store, error) {
	s := Store{place: place}
	var err error
	switch {
	case strings.HasPrefix(place, s3.Scheme):
		s.bucket, err = s3.Open(ctx, place, s3.Options{})
	case place == "":
		err = &seamark.Fault{Class: seamark.Rejected, Where: lakeVariable, What: "the environment variable is missing, and the configuration names no lake",
			Remedy: "set it to the hub's bucket: s3://bucket or s3://bucket/prefix"}
	case strings.Contains(place, "://"):
		err = &seamark.Fault{Class: seamark.Rejected, Where: "lake", What: "'" + place + "' is no place for a lake", Remedy: "name the hub's bucket: s3://bucket/prefix"}
	default:
		s.folder, err = lake.OpenDir(place, nil)
	}
	return s, err
}

// Within returns the store, whose requests end with ctx: with an invocation, so that a
// bucket that does not answer cannot hold it until Lambda ends the process.
func (s Store) Within(ctx context.Context) lake.Store {
	if s.bucket == nil {
		return s.folder
	}
	return s.bucket.Within(ctx)
}

// Key is the key in the lake of an object that a notification names, which must lie in it.
func (s Store) Key(o lambda.Object) (string, error) {
	if s.bucket == nil { // a folder that stands for some bucket: what follows the prefix counts
		for _, folder := range []string{lake.LandingFolder, lake.LedgerFolder} {
			if i := strings.Index("/"+o.Key, "/"+folder+"/"); i >= 0 {
				return o.Key[i:], nil
			}
		}
	} else if own, ok := strings.CutPrefix(s3.Scheme+o.Bucket+"/"+o.Key, strings.TrimSuffix(s.place, "/")+"/"); ok {
		return own, nil
	}
	return "", &seamark.Fault{Class: seamark.Rejected, Where: s3.Scheme + o.Bucket + "/" + o.Key, What: "does not lie in the lake " + s.place,
		Remedy: "let only the lake's bucket notify this queue, or correct SEAMARK_LAKE"}
}
