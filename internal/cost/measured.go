package cost

import _ "embed"

// Run is what one invocation of a function was seen to take, limited to one core of the machine
// it was measured on. Seconds are of the clock but for CPU.
type Run struct {
	RawBytes int64   `json:"raw_bytes"` // of the log events, uncompressed
	Objects  int     `json:"objects"`   // landing objects that they came in
	CPU      float64 `json:"cpu_s"`     // user and system
	Billed   float64 `json:"billed_s"`  // computing, and waiting for answers that were held back
	Gets     int     `json:"gets"`      // requests of S3 that read: GET, HEAD
	Puts     int     `json:"puts"`      // that write: PUT, POST, DELETE, and listings, which S3 bills alike
	Bulks    int     `json:"bulks"`
	BulkMB   float64 `json:"bulk_mb"` // of documents, 10⁶ bytes
	MemoryMB int     `json:"memory_mb"`
}

// Waits is the part of a run in which it waited for others.
func (r Run) Waits() float64 { return max(0, r.Billed-r.CPU) }

// Measured is what `make bench` has found out about the built functions: two runs
// each, so that what an object takes and what a byte takes come apart.
type Measured struct {
	Date      string         `json:"date"`
	Machine   string         `json:"machine"` // the processor's own name
	Busy      float64        `json:"busy"`    // cores that other processes used meanwhile
	Cold      float64        `json:"cold_start_s"`
	Functions map[string]Fit `json:"functions"` // transformer, indexer, compaction

	// Of the log events' bytes, uncompressed.
	GzipRatio    float64 `json:"gzip_ratio"`    // landing objects
	ParquetRatio float64 `json:"parquet_ratio"` // lake files before compaction
	IndexRatio   float64 `json:"index_ratio"`   // documents as they are sent
	EventBytes   float64 `json:"event_bytes"`   // mean of an event
}

// Fit are two runs of a function: over a small and a large object; or, of compaction, over an hour of few
// large objects and one of many small ones.
type Fit struct {
	Small Run `json:"small"`
	Large Run `json:"large"`
}

// at is the run over so many objects of so many bytes in all, by what both runs say an object and a byte take.
func (f Fit) at(objects, raw float64) fit {
	s, l := f.Small, f.Large
	n1, b1, n2, b2 := float64(s.Objects), float64(s.RawBytes), float64(l.Objects), float64(l.RawBytes)
	of := func(small, large float64) float64 {
		perObject := (small*b2 - large*b1) / (n1*b2 - n2*b1)
		perByte := (n1*large - n2*small) / (n1*b2 - n2*b1)
		return max(0, perObject)*objects + max(0, perByte)*raw
	}
	return fit{cpu: of(s.CPU, l.CPU), waits: of(s.Waits(), l.Waits()), gets: of(float64(s.Gets), float64(l.Gets)), puts: of(float64(s.Puts), float64(l.Puts))}
}

type fit struct{ cpu, waits, gets, puts float64 }

//go:embed measured.json
var measured []byte

// Figures are those that the last measurement left in measured.json.
func Figures() Measured { return builtIn[Measured](measured) }
