package athena

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Names are the values of a lake's partitions that Athena must have in a list.
type Names struct{ Products, Environments []string }

// Lister lists folders; a lake.Store is one.
type Lister interface {
	Folders(prefix string) ([]string, error)
}

// NamesOf lists the products and environments that have rows, in order. It asks for folders
// alone, one request for a table and one for each of its products: an hour's look at 200
// products costs $1.50 a month in S3.
func NamesOf(l Lister) (Names, error) {
	products, environments := map[string]bool{}, map[string]bool{}
	for _, table := range seamark.Tables() {
		folder := lake.LakeFolder + "/" + string(table)
		of, err := partitions(l, folder, "product=")
		if err != nil {
			return Names{}, err
		}
		for _, product := range of {
			products[product] = true
			in, err := partitions(l, folder+"/product="+product, "environment=")
			if err != nil {
				return Names{}, err
			}
			for _, environment := range in {
				environments[environment] = true
			}
		}
	}
	return Names{slices.Sorted(maps.Keys(products)), slices.Sorted(maps.Keys(environments))}, nil
}

// slug is what a partition's value may be, as in the keys of lake files.
var slug = regexp.MustCompile(`^[a-z0-9._-]{1,64}$`)

// partitions are the values of a partition column below a folder; what else lies there is
// not the lake's.
func partitions(l Lister, folder, column string) (values []string, err error) {
	names, err := l.Folders(folder)
	for _, name := range names {
		if value, ok := strings.CutPrefix(name, column); ok && slug.MatchString(value) {
			values = append(values, value)
		}
	}
	return values, err
}
