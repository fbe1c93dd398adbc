package schemas

import (
	"fmt"
	"strings"
)

// TrinoDDL returns the CREATE TABLE statement of t for Trino's hive connector, the engine
// that Athena is built on: the same columns, the same partition projection, its properties
// said with the columns they are about. The schema o.Database must exist.
// Source: https://trino.io/docs/current/connector/hive.html
func (t Table) TrinoDDL(o AthenaTable) string {
	var lines []string
	for _, c := range t.Columns {
		lines = append(lines, trinoColumn(c))
	}
	for _, c := range Partitions {
		lines = append(lines, trinoColumn(c)+" WITH ("+trinoProjection(c.Name, o.projection())+")")
	}
	names := make([]string, len(Partitions))
	for i, c := range Partitions {
		names[i] = c.Name
	}
	location := o.location(t)
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS \"%s\".\"%s\" (\n  %s\n)\nCOMMENT %s\nWITH (\n  %s\n)\n", athenaName(o.Database), o.name(t),
		strings.Join(lines, ",\n  "), trinoText(t.Doc), strings.Join([]string{
			"external_location = " + trinoText(location),
			"format = 'PARQUET'",
			"partitioned_by = " + trinoArray(names),
			"partition_projection_enabled = true",
			"partition_projection_location_template = " + trinoText(location+partitionTemplate),
		}, ",\n  "))
}

func trinoColumn(c Column) string {
	return fmt.Sprintf("\"%s\" %s COMMENT %s", c.Name, c.Type.trino(), trinoText(c.Doc))
}

// trinoProjection writes what is said of one column.
func trinoProjection(column string, all []property) string {
	var said []string
	for _, p := range all {
		if p.column != column {
			continue
		}
		value := ""
		switch p.key {
		case "values", "range":
			value = trinoArray(p.values)
		case "digits":
			value = p.values[0]
		default:
			value = trinoText(p.values[0])
		}
		said = append(said, "partition_projection_"+p.key+" = "+value)
	}
	return strings.Join(said, ", ")
}

func (t Type) trino() string {
	switch t {
	case Timestamp:
		return "timestamp(3)"
	case Int32:
		return "integer"
	case Int64:
		return "bigint"
	case Float64:
		return "double"
	default:
		return "varchar"
	}
}

// trinoText writes a string literal.
func trinoText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func trinoArray(values []string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = trinoText(v)
	}
	return "ARRAY[" + strings.Join(texts, ", ") + "]"
}
