package schemas

// ColumnsVersion counts the releases that added columns to the tables. A lake file says in
// the ledger with which it was written, so that a reader knows what it lacks without
// opening it.
const ColumnsVersion = 2

// since is the ColumnsVersion that brought a column, by its name; the others were there
// from the first.
var since = map[string]int{"landing_id": 2}

// Since is the ColumnsVersion from which on files hold the column.
func (c Column) Since() int { return max(1, since[c.Name]) }
