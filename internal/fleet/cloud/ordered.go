package cloud

import (
	"slices"
	"sort"
)

// ordered is a map that can be listed page by page in the order of its keys.
type ordered[T any] struct {
	of   map[string]*T
	keys []string // sorted
}

func (o *ordered[T]) get(key string) *T { return o.of[key] }

func (o *ordered[T]) put(key string, v *T) {
	if o.of == nil {
		o.of = map[string]*T{}
	}
	if o.of[key] == nil {
		i := sort.SearchStrings(o.keys, key)
		o.keys = slices.Insert(o.keys, i, key)
	}
	o.of[key] = v
}

func (o *ordered[T]) remove(key string) {
	if o.of[key] == nil {
		return
	}
	delete(o.of, key)
	i := sort.SearchStrings(o.keys, key)
	o.keys = slices.Delete(o.keys, i, i+1)
}

// page is what follows the key after, size at most, and the token of the next page.
func (o *ordered[T]) page(after string, size int) (page []*T, next string) {
	i := sort.SearchStrings(o.keys, after)
	if i < len(o.keys) && o.keys[i] == after {
		i++
	}
	if after == "" {
		i = 0
	}
	end := min(i+size, len(o.keys))
	for _, key := range o.keys[i:end] {
		page = append(page, o.of[key])
	}
	if end < len(o.keys) {
		next = o.keys[end-1]
	}
	return page, next
}
