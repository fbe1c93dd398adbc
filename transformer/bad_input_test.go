package transformer

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestBadRecords: records that are out of all proportion become one row each, with their
// level and nothing lost.
func TestBadRecords(t *testing.T) {
	var keys, wide, frames, chain strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&keys, `,"k%d":{"a":{"b":"%050d"}}`, i, i)
	}
	for i := range 900 {
		fmt.Fprintf(&wide, `,"k%d":%d`, i, i)
	}
	for i := range 100_000 {
		fmt.Fprintf(&frames, `\n    at f%d (/a.js:%d:1)`, i, i)
	}
	for range 60 {
		chain.WriteString(`{"type":"E","message":"m","cause":`)
	}
	chain.WriteString(`"end"` + strings.Repeat("}", 60))
	self := `{"type":"E","message":"m"}`
	for range 6 {
		q, _ := json.Marshal(self)
		self = `{"type":"E","message":` + string(q) + `,"stack":` + string(q) + `}`
	}
	listed := strings.TrimSuffix(strings.Repeat(`{"class":"a.B","method":"c","file":"B.java","line":1},`, 100_000), ",")
	for name, c := range map[string]struct{ message, level, holds string }{
		"a million bytes, 10,000 keys at depth 3": {`{"level":"error","data":{"x":1` + keys.String() + `}}`, "ERROR", "k9999"},
		"as part of the record":                   {`{"loggerName":"x","level":"ERROR","instant":{"epochSecond":1},"contextMap":{"x":1` + keys.String() + `}}`, "ERROR", "k9999"},
		"900 lifted members beside 900":           {`{"loggerName":"x","level":"ERROR","loggerFqcn":"y","contextMap":{"z":1` + wide.String() + `}` + wide.String() + `}`, "ERROR", "contextMap.k899"},
		"10,000 members, the level last":          {`{"a":1` + keys.String() + `,"msg":"m","level":"error"}`, "ERROR", "k9999"},
		"1,800 members, some of them twice":       {`{"error":"e","k5":0` + wide.String() + wide.String() + `,"level":"warn","level":"info"}`, "WARN", `"_k899":899`},
		"an error that holds itself as text":      {`{"level":"error","error":` + self + `}`, "ERROR", ""},
		"causes of causes":                        {`{"level":"error","error":` + chain.String() + `}`, "ERROR", "end"},
		"100,000 frames":                          {`{"level":"error","err":{"type":"E","message":"m","stack":"E: m` + frames.String() + `"}}`, "ERROR", "f99999"},
		"100,000 frames as a list":                {`{"level":"error","thrown":{"name":"E","message":"m","extendedStackTrace":[` + listed + `]},"contextMap":{},"loggerName":"x"}`, "ERROR", "extendedStackTrace"},
		"keys that differ in case":                {`{"level":"error","Level":"info","LEVEL":"debug","message":"a","Message":"b","MESSAGE":"c"}`, "ERROR", `"MESSAGE":"c"`},
		"dots against nesting":                    {`{"log.level":"error","log":{"level":"info"},"error.type":"A","error":{"type":"B","message":"b"},"trace.id":"1","trace":{"id":"2"}}`, "ERROR", `"type":"B"`},
		"records in records in records": {`{"log":"{\"log\":\"{\\\"log\\\":\\\"{\\\\\\\"log\\\\\\\":\\\\\\\"x\\\\\\\",\\\\\\\"stream\\\\\\\":\\\\\\\"s\\\\\\\"}\\\",\\\"stream\\\":\\\"s\\\"}\",\"stream\":\"s\"}","stream":"s","level_":"x"}`,
			"", "stream"},
	} {
		t.Run(name, func(t *testing.T) {
			row := logOf(t, c.message)
			if row.Level != c.level {
				t.Errorf("level %q, want %q", row.Level, c.level)
			}
			if all := row.Message + row.EventData + row.ErrorStack + row.ErrorMessage; !strings.Contains(all, c.holds) {
				t.Errorf("%s is lost", c.holds)
			}
			if row.EventData != "" && !json.Valid([]byte(row.EventData)) {
				t.Errorf("event data is no JSON: %.200s", row.EventData)
			}
		})
	}
}
