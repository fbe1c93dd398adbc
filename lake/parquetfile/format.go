package parquetfile

// Names and numbers of the Parquet format.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
const (
	magic     = "PAR1"
	createdBy = "seamark version 2 (build parquetfile)" // the shape that readers parse
)

type encoding int32

const (
	plainValues     encoding = 0
	levelRuns       encoding = 3
	deltaPacked     encoding = 5
	deltaLength     encoding = 6
	deltaFront      encoding = 7
	dictionaryIndex encoding = 8
)

// encodings are those that pages of values have, in the order in which the footer counts them.
var encodings = [...]encoding{plainValues, deltaPacked, deltaLength, deltaFront, dictionaryIndex}

type codec int32

const (
	uncompressed codec = 0
	compressed   codec = 6 // zstd
	undecided    codec = -1
)

const (
	dataPage       = 0
	dictionaryPage = 2
)

// Physical types.
const (
	typeInt32     = 1
	typeInt64     = 2
	typeDouble    = 5
	typeByteArray = 6
)

// dataPage is the header of a data page.
func (t *compact) dataPage(raw, size int, p page) []byte {
	t.reset()
	t.i32(1, dataPage)
	t.i32(2, int32(raw))
	t.i32(3, int32(size))
	t.open(5)
	t.i32(1, int32(p.rows))
	t.i32(2, int32(p.encoding))
	t.i32(3, int32(levelRuns)) // of definition levels
	t.i32(4, int32(levelRuns)) // of repetition levels, of which there are none
	t.close()
	return t.end()
}

// dictionaryPage is the header of a dictionary page of n values.
func (t *compact) dictionaryPage(raw, size, n int) []byte {
	t.reset()
	t.i32(1, dictionaryPage)
	t.i32(2, int32(raw))
	t.i32(3, int32(size))
	t.open(7)
	t.i32(1, int32(n))
	t.i32(2, int32(plainValues))
	t.close()
	return t.end()
}
