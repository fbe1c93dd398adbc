package lakes

import (
	"context"
	"sync"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
	"github.com/seamark-hq/seamark/transformer/origin"
)

// Objects opens the landing objects of l wherever they lie. Buckets are signed in to once;
// requests to them end with ctx.
func Objects(ctx context.Context, l *lake.Lake) *origin.Objects {
	var mu sync.Mutex
	stores := map[string]lake.Store{} // by bucket
	return origin.New(l, func(address string) (lake.Store, string, error) {
		bucket, key, err := s3.Parse(address)
		if err != nil {
			return nil, "", err
		}
		mu.Lock()
		defer mu.Unlock()
		if s := stores[bucket]; s != nil {
			return s, key, nil
		}
		s, err := Store(ctx, s3.Scheme+bucket)
		if err == nil {
			stores[bucket] = s
		}
		return s, key, err
	})
}
