package stats

import (
	"context"
	"io/fs"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

const (
	gb = 1 << 30
	tb = 1 << 40

	monthDays  = 30.44
	growthDays = 7   // full days, up to the newest, of which the growth is the mean
	horizon    = 365 // days that are reckoned with where something is kept for ever

	// smallObject is the size below which S3 moves no object to a colder class.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
	smallObject = 128 << 10

	// indexFactor is how much storage an OpenSearch domain needs for its source data: one
	// replica, and 45% for the index, the service and the system.
	// https://docs.aws.amazon.com/opensearch-service/latest/developerguide/sizing-domains.html
	indexFactor = 2 * 1.45
)

// CostReport is the answer of `seamark cost`; its JSON keys are part of the command line.
// Sums are US dollars a month.
type CostReport struct {
	Prices Prices     `json:"prices"`
	Now    []CostLine `json:"now"`    // what lies there, if all of it lay in one class
	Steady []CostPlan `json:"steady"` // what it comes to once as much goes as comes
	Scan   CostScan   `json:"scan"`
	Index  CostIndex  `json:"index"`
}

// CostLine is one folder of the lake in each storage class.
type CostLine struct {
	What       string  `json:"what"` // landing, lake, quarantine
	Objects    int64   `json:"objects"`
	Bytes      int64   `json:"bytes"`
	Small      int64   `json:"small_bytes"` // in objects too small to be moved
	PerDay     int64   `json:"bytes_per_day"`
	Standard   float64 `json:"standard"`
	Infrequent float64 `json:"standard_ia"`
	Instant    float64 `json:"glacier_ir"`
	Flexible   float64 `json:"glacier_flexible"`
	Deep       float64 `json:"deep_archive"`

	objectsPerDay float64
}

// CostPlan compares one folder kept in Standard with the configured tiers.
type CostPlan struct {
	What     string  `json:"what"`
	Days     int     `json:"days"` // kept
	Forever  bool    `json:"forever"`
	Bytes    int64   `json:"bytes"` // once as much goes as comes
	Standard float64 `json:"standard"`
	Tiers    float64 `json:"tiers"` // with what moving the objects costs
}

// CostScan is what reading every byte of the lake costs.
type CostScan struct {
	Bytes  int64   `json:"bytes"`
	Athena float64 `json:"athena_once"`
}

// CostIndex is what the storage of an OpenSearch domain costs, without its instances.
type CostIndex struct {
	Days    int     `json:"days"`
	PerDay  int64   `json:"source_bytes_per_day"` // uncompressed
	Bytes   int64   `json:"bytes"`
	Storage float64 `json:"storage"`
}

// Keep says how long what is kept, and when it moves to a colder class. Days; 0 is for ever, or
// never.
type Keep struct {
	Landing, Lake, Quarantine int // until it goes
	Infrequent, Instant       int // of landing objects and lake files
	Deep                      int // of landing objects
	Index                     int // of documents; 0: none are kept
}

// Cost estimates the monthly price of what lies in a lake.
func Cost(ctx context.Context, l *lake.Lake, k Keep, p Prices) (CostReport, error) {
	r := CostReport{Prices: p}
	for _, f := range []struct {
		folder     string
		keep, deep int
	}{{lake.LandingFolder, k.Landing, k.Deep}, {lake.LakeFolder, k.Lake, 0}, {lake.QuarantineFolder, k.Quarantine, 0}} {
		line, err := measure(ctx, l, f.folder)
		if err != nil {
			return r, err
		}
		line.price(p)
		r.Now = append(r.Now, line)
		r.Steady = append(r.Steady, line.steady(k, f.keep, f.deep, p))
		if f.folder == lake.LakeFolder {
			r.Scan = CostScan{Bytes: line.Bytes, Athena: float64(line.Bytes) / tb * p.AthenaTB}
		}
	}
	r.Index = indexCost(l, k.Index, p)
	return r, nil
}

// daily is how many bytes and objects came on each day, from 1970.
type daily map[int64]struct{ bytes, objects int64 }

func (d daily) add(day, bytes int64) {
	have := d[day]
	have.bytes += bytes
	have.objects++
	d[day] = have
}

// growth is the mean of the last full days; of the newest when there is only that.
func (d daily) growth() (bytes, objects float64) {
	first, last := int64(1<<62), int64(0)
	for day := range d {
		first, last = min(first, day), max(last, day)
	}
	if len(d) == 0 {
		return 0, 0
	}
	from, days := max(first, last-growthDays), int64(0)
	for day := from; day < last || day == from; day++ {
		bytes += float64(d[day].bytes)
		objects += float64(d[day].objects)
		days++
	}
	return bytes / float64(days), objects / float64(days)
}

// measure counts what lies in a folder of the lake, by the day that its keys tell.
func measure(ctx context.Context, l *lake.Lake, folder string) (CostLine, error) {
	line, days := CostLine{What: folder}, daily{}
	err := l.Walk(folder, func(key string, e fs.DirEntry) error {
		info, err := e.Info()
		if err != nil {
			return ctx.Err() // gone meanwhile
		}
		line.Objects++
		line.Bytes += info.Size()
		if info.Size() < smallObject {
			line.Small += info.Size()
		}
		day := dayOf(lake.Arrival(key, info.ModTime()))
		if p, _, err := lake.ParseFileKey(key); err == nil {
			day = dayOf(p.Start())
		}
		days.add(day, info.Size())
		return ctx.Err()
	})
	perDay, objects := days.growth()
	line.PerDay, line.objectsPerDay = int64(perDay), objects
	return line, err
}

func dayOf(t time.Time) int64 { return t.Unix() / 86_400 }

func (c *CostLine) price(p Prices) {
	size := float64(c.Bytes) / gb
	c.Standard, c.Infrequent, c.Instant = size*p.Standard, size*p.InfrequentClass, size*p.Instant
	c.Flexible, c.Deep = size*p.Flexible, size*p.Deep
}

// steady is the price once as much goes as comes: each day's bytes lie in each tier for
// as long as the configuration says.
func (c *CostLine) steady(k Keep, days, deep int, p Prices) CostPlan {
	plan := CostPlan{What: c.What, Days: days, Forever: days == 0}
	if days == 0 {
		plan.Days, days = horizon, horizon
	}
	plan.Bytes = c.PerDay * int64(days)
	day := float64(c.PerDay) / gb
	plan.Standard = day * float64(days) * p.Standard
	movable := 1.0
	if c.Bytes > 0 {
		movable = 1 - float64(c.Small)/float64(c.Bytes)
	}
	if c.What == lake.QuarantineFolder {
		movable = 0
	}
	tiers := []struct {
		age         int
		gb, moveOne float64
	}{{k.Infrequent, p.InfrequentClass, p.ToInfrequent}, {k.Instant, p.Instant, p.ToInstant}, {deep, p.Deep, p.ToDeep}}
	at, price := 0, p.Standard
	for _, t := range tiers {
		if t.age == 0 || t.age >= days {
			continue
		}
		plan.Tiers += day * float64(t.age-at) * (movable*price + (1-movable)*p.Standard)
		plan.Tiers += movable * c.objectsPerDay * monthDays / 1000 * t.moveOne
		at, price = t.age, t.gb
	}
	plan.Tiers += day * float64(days-at) * (movable*price + (1-movable)*p.Standard)
	return plan
}

// PerDay is how many bytes of log events, uncompressed, arrive on a day: the mean of the last full days.
func PerDay(l *lake.Lake) float64 {
	arrived := daily{}
	for _, e := range l.Entries() {
		arrived.add(dayOf(e.Arrival), e.Accounts.BytesIn)
	}
	perDay, _ := arrived.growth()
	return perDay
}

func indexCost(l *lake.Lake, days int, p Prices) CostIndex {
	perDay := PerDay(l)
	bytes := perDay * float64(days) * indexFactor
	return CostIndex{Days: days, PerDay: int64(perDay), Bytes: int64(bytes), Storage: bytes / gb * p.OpenSearchGB}
}
