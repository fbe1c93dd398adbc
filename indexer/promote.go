package indexer

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	seamark "github.com/seamark-hq/seamark"
)

// Limits of promoted fields. An index holds 1,000 fields in all; a document that would
// add one more is refused.
const (
	MaxPromotedPerProduct = 20  // of each kind
	MaxPromoted           = 800 // different fields over all products
)

// Promoted names the keys of a product's event data (for access logs: extra) that get a
// typed field in the index, because a flat_object can neither be counted nor compared.
// A nested key is written with dots ("cart.total") and becomes num.cart_total.
type Promoted struct {
	Num []string // numbers: num.<key>, double
	Kw  []string // words: kw.<key>, keyword
}

// promotion is one field to fill.
type promotion struct {
	name string // as it stands in the document, quoted, with the colon
	num  bool
}

// promotions are those of one product.
type promotions struct {
	fields []promotion      // 64 at most: tree.have is a set of them
	byPath map[string][]int // indices into fields
}

func newPromotions(byProduct map[string]Promoted) (map[string]*promotions, error) {
	out := make(map[string]*promotions, len(byProduct))
	all := map[string]bool{}
	for _, product := range slices.Sorted(maps.Keys(byProduct)) {
		p := &promotions{byPath: map[string][]int{}}
		for _, kind := range []struct {
			prefix string
			keys   []string
		}{{"num", byProduct[product].Num}, {"kw", byProduct[product].Kw}} {
			if len(kind.keys) > MaxPromotedPerProduct {
				return nil, &seamark.Fault{Class: seamark.Rejected, Where: "fields." + product + "." + kind.prefix,
					What: fmt.Sprintf("%d promoted keys", len(kind.keys)), Remedy: fmt.Sprintf("keep the %d that boards need", MaxPromotedPerProduct)}
			}
			seen := map[string]bool{}
			for _, key := range kind.keys {
				name := fieldName(key)
				if name == "" || seen[name] {
					return nil, &seamark.Fault{Class: seamark.Rejected, Where: "fields." + product + "." + kind.prefix,
						What: fmt.Sprintf("%q cannot be promoted: its name is empty or taken", key), Remedy: "name each key once"}
				}
				seen[name], all[kind.prefix+"."+name] = true, true
				p.byPath[key] = append(p.byPath[key], len(p.fields))
				p.fields = append(p.fields, promotion{`"` + name + `":`, kind.prefix == "num"})
			}
		}
		out[product] = p
	}
	if len(all) > MaxPromoted {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "fields", What: fmt.Sprintf("%d different promoted keys", len(all)),
			Remedy: fmt.Sprintf("an index holds few fields: name %d at most over all products", MaxPromoted)}
	}
	return out, nil
}

// fieldName is key as a field: dots would open an object, which "a" and "a.b" could
// not both be.
func fieldName(key string) string {
	b := []byte(cut(key, 64))
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			b[i] = '_'
		}
	}
	return string(b)
}

// append writes what was found as ,"num":{…},"kw":{…}.
func (p *promotions) append(dst []byte, values []found) []byte {
	for _, num := range []bool{true, false} {
		separator := `,"kw":{`
		if num {
			separator = `,"num":{`
		}
		wrote := false
		for _, v := range values {
			field := p.fields[v.field]
			if field.num != num {
				continue
			}
			dst = append(append(dst, separator...), field.name...)
			if num {
				dst = appendFloat(dst, v.number)
			} else {
				dst = append(append(append(dst, '"'), v.text...), '"')
			}
			separator, wrote = ",", true
		}
		if wrote {
			dst = append(dst, '}')
		}
	}
	return dst
}

// appendFloat appends a finite number as JSON.
func appendFloat(dst []byte, x float64) []byte {
	if a := math.Abs(x); a >= 1e21 || a != 0 && a < 1e-6 {
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 64)
}
