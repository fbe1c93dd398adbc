package lake

import "github.com/parquet-go/parquet-go"

// RawBytes is the size of a file's columns before compression, from its footer.
func (l *Lake) RawBytes(f FileRef) (int64, error) {
	o, err := l.Open(f.Key)
	if err != nil {
		return 0, err
	}
	defer o.Close()
	p, err := parquet.OpenFile(o, f.Bytes, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for _, g := range p.Metadata().RowGroups {
		for _, c := range g.Columns {
			sum += c.MetaData.TotalUncompressedSize
		}
	}
	return sum, nil
}
