package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
)

// realLines are what real loggers have printed: [set-up, case, [line, …]] a line.
const realLines = "transformer/testdata/loggers/lines.jsonl"

// mixed describes a landing object that is in many things unlike the fleet's: invocations of
// several lines with the same ids, event ids as CloudWatch Logs makes them (56 digits,
// consecutive within a batch), short and long messages with about 40 escapes each, 90 log
// groups, and a tenth of the lines as real loggers print them.
type mixed struct {
	Seed   uint64
	Events int
}

const (
	mixedFunctions = 72
	mixedStages    = 18
)

// Write writes the object: concatenated gzip members, one payload each.
func (o mixed) Write(w io.Writer) (fleet.Truth, error) {
	printed, err := readPrinted()
	if err != nil {
		return fleet.Truth{}, err
	}
	m := &mixer{r: rand.New(rand.NewPCG(o.Seed, 56)), printed: printed, now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).UnixMilli()}
	m.pace = float64(time.Hour.Milliseconds()) / float64(o.Events)
	for i := range mixedFunctions + mixedStages {
		m.groups = append(m.groups, m.group(i))
	}
	var truth fleet.Truth
	for int(truth.Events) < o.Events {
		n := min(20+m.r.IntN(300), o.Events-int(truth.Events))
		body := m.payload(n)
		gz, err := gzip.NewWriterLevel(w, 6)
		if err != nil {
			return truth, err
		}
		if _, err := gz.Write(body); err != nil {
			return truth, err
		}
		if err := gz.Close(); err != nil {
			return truth, err
		}
		truth.Add(fleet.Truth{Payloads: 1, Events: int64(n), Bytes: int64(len(body))})
	}
	return truth, nil
}

// readPrinted returns the real loggers' records, each of one or more lines.
func readPrinted() ([][]string, error) {
	f, err := os.Open(realLines)
	if err != nil {
		return nil, fmt.Errorf("%w; run this at the root of the repository", err)
	}
	defer f.Close() // only read
	var all [][]string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var record []json.RawMessage
		var text []string
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return nil, fmt.Errorf("%s: %w", realLines, err)
		}
		if err := json.Unmarshal(record[2], &text); err != nil {
			return nil, fmt.Errorf("%s: %w", realLines, err)
		}
		all = append(all, text)
	}
	return all, lines.Err()
}

// mixer makes payloads.
type mixer struct {
	r        *rand.Rand
	printed  [][]string
	groups   []mixedGroup
	now      int64 // Unix milliseconds
	pace     float64
	behind   float64
	payloads int
	queue    []string // lines that were made and not yet put into a payload
}

// mixedGroup is a log group.
type mixedGroup struct {
	name, filter, account string
	component             string
	style                 int // how its lines look
}

func (m *mixer) group(i int) mixedGroup {
	products := []string{"harbour", "freight", "customs", "tracking", "billing", "fleet-ops"}
	w := seamark.Workload{
		Product: products[i%len(products)], Environment: []string{"prod", "test", "dev"}[i/len(products)%3], Team: "team-" + strconv.Itoa(i%4),
		Region: "eu-central-1", Component: []string{"quote", "booking", "notify", "invoice", "sync", "import"}[i/2%6] + "-" + strconv.Itoa(i),
	}
	g := mixedGroup{component: w.Component, account: fmt.Sprintf("%012d", 111111111111*(1+i%4)), name: "/aws/lambda/" + w.Component, style: []int{0, 2, 3, 1, 2, 3}[i/2%6]}
	if i >= mixedFunctions {
		g.name, g.style = "/aws/apigateway/"+w.Component, 4
	}
	g.filter = w.FilterName()
	return g
}

// payload makes a payload of n events of one stream.
func (m *mixer) payload(n int) []byte {
	g := &m.groups[m.payloads*7%len(m.groups)]
	m.payloads++
	b := fmt.Appendf(nil, `{"messageType":"DATA_MESSAGE","owner":%q,"logGroup":%q,"logStream":"2026/11/22/[$LATEST]%016x%016x","subscriptionFilters":[%q],"logEvents":[`,
		g.account, g.name, m.r.Uint64(), m.r.Uint64(), g.filter)
	id := new(big.Int).Mul(big.NewInt(m.now), new(big.Int).Exp(big.NewInt(10), big.NewInt(43), nil))
	id.Add(id, new(big.Int).Mul(new(big.Int).SetUint64(m.r.Uint64()), big.NewInt(1_000_000_007)))
	one := big.NewInt(1)
	m.queue = m.queue[:0]
	for i := range n {
		for len(m.queue) == 0 {
			m.invocation(g)
		}
		line := m.queue[0]
		m.queue = m.queue[1:]
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"id":"%056d","timestamp":%d,"message":`, id.Add(id, one), m.now)
		b = append(append(b, asJSON(line)...), '}')
		m.behind += m.pace
		m.now += int64(m.behind)
		m.behind -= float64(int64(m.behind))
	}
	return append(b, "]}"...)
}

// asJSON is s as a JSON string, as Java's libraries write it: < and & stay.
func asJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string can always be encoded
	}
	return bytes.TrimSpace(b.Bytes())
}

// invocation queues the lines of one invocation of a function, or of a few requests of a stage.
func (m *mixer) invocation(g *mixedGroup) {
	if g.style == 4 {
		m.queue = append(m.queue, m.request(g))
		return
	}
	id, trace := m.uuid(), fmt.Sprintf("1-%08x-%08x%016x", m.now/1000, m.r.Uint32(), m.r.Uint64())
	lines := 2 + m.r.IntN(7)
	took := 1 + m.r.ExpFloat64()*80
	start, end := "START RequestId: "+id+" Version: $LATEST\n", "END RequestId: "+id+"\n"
	report := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: 512 MB\tMax Memory Used: %d MB\t\n", id, took, int(took)+1, 90+m.r.IntN(100))
	if g.style == 3 { // JSON log format
		stamp := m.stamp()
		start = fmt.Sprintf(`{"time":%q,"type":"platform.start","record":{"requestId":%q,"version":"$LATEST","tracing":{"spanId":"%016x","type":"X-Amzn-Trace-Id","value":"Root=%s;Parent=%016x;Sampled=1"}}}`,
			stamp, id, m.r.Uint64(), trace, m.r.Uint64())
		end = fmt.Sprintf(`{"time":%q,"type":"platform.runtimeDone","record":{"requestId":%q,"status":"success","metrics":{"durationMs":%.3f,"producedBytes":%d}}}`, stamp, id, took, m.r.IntN(9000))
		report = fmt.Sprintf(`{"time":%q,"type":"platform.report","record":{"requestId":%q,"metrics":{"durationMs":%.3f,"billedDurationMs":%d,"memorySizeMB":512,"maxMemoryUsedMB":%d},"status":"success"}}`,
			stamp, id, took, int(took)+1, 90+m.r.IntN(100))
	}
	m.queue = append(m.queue, start)
	for range lines {
		if m.r.IntN(6) == 0 { // with START, END and REPORT and the stages' a tenth of all
			m.queue = append(m.queue, m.printed[m.r.IntN(len(m.printed))]...)
			continue
		}
		m.queue = append(m.queue, m.line(g, id, trace))
	}
	m.queue = append(m.queue, end, report)
}

func (m *mixer) uuid() string {
	a, b := m.r.Uint64(), m.r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

// level is INFO for the most.
func (m *mixer) level() string {
	switch n := m.r.IntN(100); {
	case n < 10:
		return "DEBUG"
	case n < 14:
		return "WARN"
	case n < 16:
		return "ERROR"
	}
	return "INFO"
}

var mixedWords = strings.Fields(`the order was stored and then sent to carrier after a check of its customs papers because no tariff had been found in cache
while waiting for reply from partner system retry was planned vessel arrives late container weight differs from manifest quote expired before payment
user asked for refund which was refused by policy address could not be resolved queue is growing connection returned to pool lock taken by other worker`)

func (m *mixer) stamp() string { return time.UnixMilli(m.now).UTC().Format("2006-01-02T15:04:05.000Z") }

// sentence is of a few words or, now and then, of hundreds, with numbers between them.
func (m *mixer) sentence() string {
	n := 3 + m.r.IntN(12)
	if m.r.IntN(20) == 0 {
		n = 40 + m.r.IntN(300)
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch m.r.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%d", m.r.IntN(100_000))
		case 1, 2:
			fmt.Fprintf(&b, "%q", mixedWords[m.r.IntN(len(mixedWords))])
		default:
			b.WriteString(mixedWords[m.r.IntN(len(mixedWords))])
		}
	}
	return b.String()
}

// line is what a function itself logs.
func (m *mixer) line(g *mixedGroup, id, trace string) string {
	level, stamp := m.level(), m.stamp()
	switch g.style {
	case 0:
		return fmt.Sprintf("%s\t%s\t%s\t%s\n", stamp, id, level, m.sentence())
	case 1:
		return fmt.Sprintf("[%s]\t%s\t%s\t%s orderId=%d carrier=%s\n", level, stamp, id, m.sentence(), m.r.IntN(1_000_000), mixedWords[m.r.IntN(40)])
	case 2:
		event := []string{"OrderStored", "QuoteMade", "PaperChecked", "ReplyMissing", "CacheMissed"}[m.r.IntN(5)]
		failed := ""
		if level == "ERROR" {
			failed = fmt.Sprintf(`,"error":{"type":"PartnerError","message":%s,"stack":"PartnerError: refused\n    at call (/var/task/partner.js:%d:13)\n    at async handler (/var/task/index.js:40:5)"}`,
				asJSON(m.sentence()), m.r.IntN(400))
		}
		return fmt.Sprintf(`{"timestamp":%d,"accountId":%q,"source":%q,"level":%q,"requestId":%q,"traceId":%q,"eventName":%q,"eventData":{"orderId":%d,"carrier":%q,"attempt":%d,"legs":[{"from":%q,"to":%q},{"from":%q,"to":%q}]},"message":%s%s}`,
			m.now, g.account, g.name, level, id, trace, event, m.r.IntN(1_000_000), mixedWords[m.r.IntN(40)], m.r.IntN(4),
			mixedWords[m.r.IntN(60)], mixedWords[m.r.IntN(60)], mixedWords[m.r.IntN(60)], mixedWords[m.r.IntN(60)], asJSON(m.sentence()), failed)
	}
	return fmt.Sprintf(`{"level":%q,"message":%s,"timestamp":%q,"service":"%s","cold_start":false,"function_name":%q,"function_memory_size":"512","function_request_id":%q,"tenant":%q,"order_id":"%08x","customer":%q,"items":%d,"xray_trace_id":%q}`,
		level, asJSON(m.sentence()), stamp, g.component, g.component, id, mixedWords[m.r.IntN(60)], m.r.Uint32(), mixedWords[m.r.IntN(len(mixedWords))], m.r.IntN(50), trace)
}

// request is a line of a stage's access log.
func (m *mixer) request(g *mixedGroup) string {
	status := []int{200, 200, 200, 200, 200, 201, 204, 304, 400, 404, 429, 502}[m.r.IntN(12)]
	path := []string{"/orders/{id}", "/quotes", "/quotes/{id}/legs", "/customers/{id}", "/health"}[m.r.IntN(5)]
	return fmt.Sprintf(`{"requestId":%q,"ip":"10.%d.%d.%d","requestTime":%q,"httpMethod":%q,"routeKey":"ANY %s","path":%q,"status":"%d","protocol":"HTTP/1.1","responseLength":"%d","responseLatency":"%d","integrationLatency":"%d","userAgent":%q,"xrayTraceId":"1-%08x-%08x%016x"}`,
		m.uuid(), m.r.IntN(4), m.r.IntN(256), m.r.IntN(256), time.UnixMilli(m.now).UTC().Format("02/Jan/2006:15:04:05 +0000"), []string{"GET", "POST", "PUT"}[m.r.IntN(3)],
		path, strings.ReplaceAll(path, "{id}", strconv.Itoa(m.r.IntN(1_000_000))), status, m.r.IntN(20_000), 5+m.r.IntN(900), 3+m.r.IntN(800),
		[]string{"curl/8.5.0", "okhttp/4.12.0", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"}[m.r.IntN(3)],
		m.now/1000, m.r.Uint32(), m.r.Uint64())
}
