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

// page is what follows the key after and keep says yes to, size at most, and the token of
// the next page.
func (o *ordered[T]) page(after string, size int, keep func(*T) bool) (page []*T, next string) {
	names, next := pageOf(o.keys, after, size, func(key string) bool { return keep == nil || keep(o.of[key]) })
	for _, name := range names {
		page = append(page, o.of[name])
	}
	return page, next
}

// pageOf does so with sorted keys.
func pageOf(keys []string, after string, size int, keep func(string) bool) (page []string, next string) {
	i := sort.SearchStrings(keys, after)
	if after != "" && i < len(keys) && keys[i] == after {
		i++
	}
	for ; i < len(keys); i++ {
		if !keep(keys[i]) {
			continue
		}
		if len(page) == size {
			return page, page[size-1]
		}
		page = append(page, keys[i])
	}
	return page, ""
}
