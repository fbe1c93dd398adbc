package indexer

// object is one landing object on its way into the index.
type object struct {
	name string // for errors: its ledger key
	read bool   // all of its rows are in batches
	left int    // documents whose end is open
	err  error  // the first thing that could not be done

	replace bool // its documents stand in place of what has their ids
	shared  bool // rows of it are still to be read, in compacted files
	counted bool // its rows beyond the retention are counted
	tries   int  // how often it was asked where its rows are
}

// Forms of a document, each after the one before was refused.
const (
	formWhole = iota
	formReduced
	formTiny
)

// doc is one document of a batch.
type doc struct {
	start, end int // in the body
	of         *object
	form       uint8
	errors     uint8 // times that the server failed over this document alone
}

// batch is one bulk request.
type batch struct {
	body []byte
	docs []doc
}

func (b *batch) reset() { b.body, b.docs = b.body[:0], b.docs[:0] }

// text is a document's two lines. It is valid until the batch changes.
func (b *batch) text(d doc) []byte { return b.body[d.start:d.end] }

// add closes the document that begins at start.
func (b *batch) add(start int, of *object, form uint8) {
	b.docs = append(b.docs, doc{start: start, end: len(b.body), of: of, form: form})
}

// copy appends a document of another batch.
func (b *batch) copy(from *batch, d doc) {
	start := len(b.body)
	b.body = append(b.body, from.text(d)...)
	b.add(start, d.of, d.form)
	b.docs[len(b.docs)-1].errors = d.errors
}

// reduce appends a document of another batch in a form that is refused no more.
func (b *batch) reduce(from *batch, d doc, reason string, form uint8) {
	limit := reducedText
	if form == formTiny {
		limit = tinyText
	}
	start := len(b.body)
	b.body = reduce(b.body, string(from.text(d)), reason, limit)
	b.add(start, d.of, form)
}
