package fleet

// The tests of what is written by hand reach it through these.

func AppendString(b []byte, s string) []byte { return appendString(b, s) }

func AppendEventID(b []byte, unixMs int64, origin, n uint64) []byte {
	return appendEventID(b, unixMs, origin, n)
}
