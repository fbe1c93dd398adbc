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
	name := t.Name
	if o.Kind == Enumerated {
		name += "_all"
	}
	location := strings.TrimSuffix(o.Location, "/") + "/lake/" + t.Name + "/"
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
	if o.Kind == Enumerated {
		properties = append(properties, [2]string{"projection.product.type", "enum"}, [2]string{"projection.product.values", strings.Join(o.Products, ",")})
	} else {
		properties = append(properties, [2]string{"projection.product.type", "injected"})
	}
	properties = append(properties,
		[2]string{"projection.environment.type", "enum"}, [2]string{"projection.environment.values", strings.Join(o.Environments, ",")},
		[2]string{"projection.date.type", "date"}, [2]string{"projection.date.format", "yyyy-MM-dd"}, [2]string{"projection.date.range", o.Since + ",NOW+3DAYS"},
		[2]string{"projection.hour.type", "integer"}, [2]string{"projection.hour.range", "0,23"}, [2]string{"projection.hour.digits", "2"},
		[2]string{"storage.location.template", location + "product=${product}/environment=${environment}/date=${date}/hour=${hour}/"})
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
