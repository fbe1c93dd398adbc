package schemas

import (
	"bytes"
	"encoding/json"
)

// glueColumn is a column as the Glue catalog lists it.
type glueColumn struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Comment string `json:"comment"`
}

type glueTable struct {
	Doc     string       `json:"doc"`
	Columns []glueColumn `json:"columns"`
}

// GlueColumns are the columns of all tables and of their partitions as a JSON document:
// what terraform makes the tables of in Glue's catalog.
func GlueColumns() []byte {
	all := struct {
		Tables     map[string]glueTable `json:"tables"`
		Partitions []glueColumn         `json:"partitions"`
	}{map[string]glueTable{}, glueColumns(Partitions)}
	for _, t := range Tables() {
		all.Tables[t.Name] = glueTable{t.Doc, glueColumns(t.Columns)}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(all); err != nil {
		panic(err) // strings alone
	}
	return b.Bytes()
}

func glueColumns(columns []Column) []glueColumn {
	var all []glueColumn
	for _, c := range columns {
		all = append(all, glueColumn{c.Name, c.Type.athena(), c.Doc})
	}
	return all
}
