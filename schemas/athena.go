package schemas

import (
	"fmt"
	"strings"
)

// AthenaKind says how a table's product partition is found.
type AthenaKind int

// The two kinds of Athena tables.
const (
	Injected   AthenaKind = iota // any number of products; a query must name one
	Enumerated                   // a list of products kept current; a query need not name one
)

// AthenaTable is what the DDL of one table needs to know.
type AthenaTable struct {
	Database     string
	Location     string // "s3://bucket/prefix" that holds lake/
	Kind         AthenaKind
	Products     []string // for Enumerated
	Environments []string // always enumerated; few
	Since        string   // first date that may hold data, yyyy-mm-dd
}

// AthenaDDL returns the CREATE EXTERNAL TABLE statement of t with partition
// projection, so that no partition is ever registered.
// Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
func (t Table) AthenaDDL(o AthenaTable) string {
	name, location := o.name(t), o.location(t)
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE EXTERNAL TABLE IF NOT EXISTS `%s`.`%s` (\n", athenaName(o.Database), name)
	for i, c := range t.Columns {
		comma := ","
		if i == len(t.Columns)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "  `%s` %s COMMENT '%s'%s\n", c.Name, c.Type.athena(), athenaText(c.Doc), comma)
	}
	fmt.Fprintf(&b, ")\nCOMMENT '%s'\nPARTITIONED BY (\n", athenaText(t.Doc))
	for i, c := range Partitions {
		comma := ","
		if i == len(Partitions)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "  `%s` string COMMENT '%s'%s\n", c.Name, athenaText(c.Doc), comma)
	}
	fmt.Fprintf(&b, ")\nSTORED AS PARQUET\nLOCATION '%s'\nTBLPROPERTIES (\n", athenaText(location))
	properties := [][2]string{{"parquet.compression", "ZSTD"}, {"projection.enabled", "true"}}
	for _, p := range o.projection() {
		properties = append(properties, [2]string{"projection." + p.column + "." + p.key, strings.Join(p.values, ",")})
	}
	properties = append(properties, [2]string{"storage.location.template", location + partitionTemplate})
	for i, p := range properties {
		comma := ","
		if i == len(properties)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "  '%s' = '%s'%s\n", p[0], athenaText(p[1]), comma)
	}
	b.WriteString(");\n")
	return b.String()
}

// partitionTemplate is where a partition lies below its table's location.
const partitionTemplate = "product=${product}/environment=${environment}/date=${date}/hour=${hour}/"

// AthenaTables are the names of all tables, of both kinds.
func AthenaTables() (names []string) {
	for _, kind := range []AthenaKind{Injected, Enumerated} {
		for _, t := range Tables() {
			names = append(names, AthenaTable{Kind: kind}.name(t))
		}
	}
	return names
}

func (o AthenaTable) name(t Table) string {
	if o.Kind == Enumerated {
		return t.Name + "_all"
	}
	return t.Name
}

func (o AthenaTable) location(t Table) string {
	return strings.TrimSuffix(o.Location, "/") + "/lake/" + t.Name + "/"
}

// property is one property of a partition column's projection.
type property struct {
	column, key string
	values      []string
}

// projection says how each partition column's values are found without a catalog.
// Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
func (o AthenaTable) projection() []property {
	product := []property{{"product", "type", []string{"injected"}}}
	if o.Kind == Enumerated {
		product = []property{{"product", "type", []string{"enum"}}, {"product", "values", o.Products}}
	}
	return append(product,
		property{"environment", "type", []string{"enum"}}, property{"environment", "values", o.Environments},
		property{"date", "type", []string{"date"}}, property{"date", "format", []string{"yyyy-MM-dd"}}, property{"date", "range", []string{o.Since, "NOW+3DAYS"}},
		property{"hour", "type", []string{"integer"}}, property{"hour", "range", []string{"0", "23"}}, property{"hour", "digits", []string{"2"}})
}

func (t Type) athena() string {
	switch t {
	case Timestamp:
		return "timestamp"
	case Int32:
		return "int"
	case Int64:
		return "bigint"
	case Float64:
		return "double"
	default:
		return "string"
	}
}

// athenaText escapes s for a single-quoted Hive literal.
func athenaText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", " ").Replace(s)
}

// athenaName keeps what a quoted Athena identifier may hold.
func athenaName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(s))
}
