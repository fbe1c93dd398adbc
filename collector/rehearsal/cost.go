package rehearsal

import (
	"fmt"
	"math"

	"github.com/seamark-hq/seamark/collector"
)

// Cost is what a plan adds to the monthly bill, in US dollars.
type Cost struct {
	Region      string     `json:"region"` // of the prices
	Date        string     `json:"date"`   // of these
	Source      string     `json:"source"`
	Items       []CostItem `json:"items"`
	Dollars     float64    `json:"dollars"`
	Unknown     int        `json:"unknown"` // log groups and stages whose volume is not known
	Assumptions []string   `json:"assumptions"`
}

// CostItem is one line of the bill. Low and High are the span in which it lies; both are
// Dollars where it is certain.
type CostItem struct {
	What     string  `json:"what"`
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit"`
	Price    float64 `json:"price"` // of a unit
	Dollars  float64 `json:"dollars"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Note     string  `json:"note,omitempty"`
}

// What is assumed where CloudWatch counts nothing. A month has 730 hours, as AWS reckons.
const (
	gb              = 1 << 30
	hoursPerMonth   = 730
	gzipFactor      = 8.0  // of log text in CloudWatch Logs' own gzip
	eventsPerRecord = 20.0 // in one payload
	eventOverhead   = 110  // bytes: id, timestamp and keys of an event in a payload
	recordOverhead  = 350  // bytes: owner, log group, stream and filter of a payload
	firehoseUnit    = 5 << 10
	landingObject   = 5 << 20 // Firehose's default buffer
	objectsPerMonth = hoursPerMonth * 12
	accessLogLine   = 450 // bytes of a line in agreedFormat
)

// price fills in the bill of what the plan adds.
func (r *rehearser) price(d *collector.Desired) {
	p := &r.prices
	c := Cost{Region: p.Region, Date: p.Date, Source: p.Source, Items: []CostItem{}}
	metrics, composites := r.alarmsAdded(d)
	c.sure("metric alarms", float64(metrics), "alarm metric", p.AlarmMetric, "a ratio is two metrics; the first ten of an account are free")
	c.sure("composite alarms", float64(composites), "alarm", p.CompositeAlarm, "")
	var forwarded, access traffic
	for i := range r.volumes {
		v := &r.volumes[i]
		if !v.known {
			c.Unknown++
			continue
		}
		if v.stage {
			access.add(v.monthly())
		} else {
			forwarded.add(v.monthly())
		}
	}
	access.bytes = access.events * accessLogLine
	c.sure("CloudWatch Logs, access logs switched on", access.bytes/gb, "GB", p.LogsIngested, "")
	forwarded.add(access)
	c.firehose(forwarded, p)
	c.landing(forwarded, p)
	c.Assumptions = []string{
		fmt.Sprintf("a CloudWatch Logs payload is one Firehose record; it holds %v events and gzip makes it %v times smaller. The span of the Firehose line is from records without rounding to one event per record", eventsPerRecord, gzipFactor),
		"a filter pattern forwards less than the log group takes in: here all of it is counted",
		fmt.Sprintf("an access-log line has %d bytes", accessLogLine),
		"not counted: SQS, Lambda, OpenSearch, Athena, traffic between regions, the Parquet in the lake; see seamark cost",
	}
	for _, i := range c.Items {
		c.Dollars += i.Dollars
	}
	r.out.Cost = c
}

// sure adds a line whose quantity is certain; none where nothing is added.
func (c *Cost) sure(what string, quantity float64, unit string, price float64, note string) {
	c.line(CostItem{What: what, Quantity: quantity, Unit: unit, Price: price, Note: note}, quantity, quantity)
}

func (c *Cost) line(i CostItem, low, high float64) {
	if i.Quantity == 0 {
		return
	}
	i.Dollars, i.Low, i.High = i.Quantity*i.Price, low*i.Price, high*i.Price
	c.Items = append(c.Items, i)
}

// traffic is what log groups take in, in a month.
type traffic struct{ bytes, events float64 }

func (t *traffic) add(o traffic) { t.bytes, t.events = t.bytes+o.bytes, t.events+o.events }

// compressed is how many bytes the payloads have, so many events in each.
func (t traffic) compressed(perRecord float64) float64 {
	return (t.bytes + t.events*eventOverhead + t.events/perRecord*recordOverhead) / gzipFactor
}

// billed is what Firehose bills: each record rounded up to 5 KB.
func (t traffic) billed(perRecord float64) float64 {
	if t.events == 0 {
		return 0
	}
	records := t.events / perRecord
	return records * math.Ceil(t.compressed(perRecord)/records/firehoseUnit) * firehoseUnit
}

func (c *Cost) firehose(t traffic, p *Prices) {
	c.line(CostItem{What: "Firehose", Quantity: t.billed(eventsPerRecord) / gb, Unit: "GB", Price: p.FirehoseGB,
		Note: fmt.Sprintf("%.3g GB of log text in %.3g events", t.bytes/gb, t.events)},
		t.compressed(math.Inf(1))/gb, t.billed(1)/gb)
}

// landing prices the objects that Firehose writes; all places share its stream.
func (c *Cost) landing(t traffic, p *Prices) {
	size := t.compressed(eventsPerRecord)
	objects := size / landingObject
	c.line(CostItem{What: "S3 requests", Quantity: objects / 1000, Unit: "thousand", Price: p.S3Put, Note: "at most an object in five minutes more, for all places together"},
		objects/1000, (objects+objectsPerMonth)/1000)
	c.sure("S3 storage", size/gb, "GB-month", p.S3GBMonth, "for each month that landing objects are kept")
}

// alarmsAdded counts the metrics of new alarms, and new composites.
func (r *rehearser) alarmsAdded(d *collector.Desired) (metrics, composites int) {
	have := map[string]bool{}
	for _, a := range r.view.Inventory.Metric {
		have[a.Name] = d.Owns(a.Tags)
	}
	for _, a := range r.view.Inventory.Composite {
		have[a.Name] = d.Owns(a.Tags)
	}
	for i := range d.Alarms {
		if a := d.Alarm(&d.Alarms[i]); !have[a.Name] {
			metrics += a.Metrics()
		}
	}
	for _, c := range d.Composites(func(string) bool { return true }) {
		if !have[c.Name] {
			composites++
		}
	}
	return metrics, composites
}
