package main

import (
	"context"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
)

func openStore(ctx context.Context, place string) (lake.Store, error) {
	switch {
	case strings.HasPrefix(place, s3.Scheme):
		return s3.Open(ctx, place, s3.Options{})
	case place == "" || strings.Contains(place, "://"):
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "lake", What: "'" + place + "' outlives no invocation", Remedy: "name the hub's bucket: s3://bucket/prefix"}
	}
	return lake.OpenDir(place, nil) // a mounted file system
}
