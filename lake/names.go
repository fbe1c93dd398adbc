package lake

import (
	"maps"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Names are the products and environments of which a table holds rows, whatever their time. A lake
// that is read on demand looks at the names of folders, of which some may hold no rows any more.
func (l *Lake) Names(t seamark.Table) (products, environments []string) {
	p, e := map[string]bool{}, map[string]bool{}
	if l.demand != nil {
		l.folderNames(LakeFolder+"/"+string(t), "product=", func(product, folder string) {
			p[product] = true
			l.folderNames(folder, "environment=", func(environment, _ string) { e[environment] = true })
		})
	} else {
		for _, f := range l.Files(t, seamark.Span{}) {
			p[f.Product], e[f.Environment] = true, true
		}
	}
	return slices.Sorted(maps.Keys(p)), slices.Sorted(maps.Keys(e))
}

// folderNames calls fn for each folder directly below another whose name begins so, with the rest of it.
func (l *Lake) folderNames(below, begins string, fn func(name, folder string)) {
	names, err := l.Folders(below)
	if err != nil {
		return // the question itself fails, and says why
	}
	for _, name := range names {
		if value, ok := strings.CutPrefix(name, begins); ok && seamark.IsSlug(value) {
			fn(value, below+"/"+name)
		}
	}
}
