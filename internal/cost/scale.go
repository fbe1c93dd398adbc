package cost

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Load is what is asked of a hub.
type Load struct {
	TBPerDay float64 // 10¹² bytes of log events, uncompressed
	Accounts float64
	Peak     float64 // the busiest hour against the mean
}

// Limit is something that gives way: of AWS, or a default of the hub.
type Limit struct {
	What    string
	Need    float64 // at the load
	Have    float64
	Unit    string
	Reached float64 // TB a day, or accounts where By says so
	By      string  // "TB a day", "accounts"
	Do      string
	Source  string
}

// Short reports whether it gives way at the load.
func (l Limit) Short() bool { return l.Need > l.Have }

// The hub's defaults (terraform/modules/hub/main.tf), held to it by a test.
const (
	timeOut              = 300 // seconds, of transformer and indexer
	transformersAtOnce   = 20
	indexersAtOnce       = 5
	entriesPerInvocation = 10 // that the indexer is handed
)

// Limits are what gives way first, at the top. Quotas are AWS's defaults.
func Limits(l Load, a Assumptions, m Measured) []Limit {
	e := &estimator{Prices{}, a, m, l.TBPerDay * 1e12}
	n, raw := e.objects()
	mean := e.day / 86_400 // bytes of log events a second
	_, transform := e.lambda("transformer", n, 1, raw)
	_, index := e.lambda("indexer", n, 1, raw)
	_, compact := e.lambda("compaction", 24, n/24, e.day/24)
	at := func(need, have float64) float64 { return l.TBPerDay * have / need }
	volume := func(what string, need, have float64, unit, do, source string) Limit {
		return Limit{what, need, have, unit, at(need, have), "TB a day", do, source}
	}
	const hub = "terraform/modules/hub"
	limits := []Limit{
		volume("a delivery stream, us-east-1, us-west-2, eu-west-1", l.Peak*mean*m.GzipRatio/(1<<20), 5, "MiB/s",
			"ask for a higher quota of Direct PUT before you attach; Firehose also raises it by itself under load, and CloudWatch Logs tries for 24 hours", "https://docs.aws.amazon.com/firehose/latest/dev/limits.html"),
		volume("a delivery stream, other regions", l.Peak*mean*m.GzipRatio/(1<<20), 1, "MiB/s", "as above; it is reached five times as early", "https://docs.aws.amazon.com/firehose/latest/dev/limits.html"),
		volume("records of a delivery stream, us-east-1, us-west-2, eu-west-1", l.Peak*mean/(e.Events*m.EventBytes), 500_000, "a second", "as above", "https://docs.aws.amazon.com/firehose/latest/dev/limits.html"),
		volume("transformers at once", l.Peak*n/86_400*transform, transformersAtOnce, "functions", "functions = {transformer = {concurrency = …}}, below the account's own limit", hub),
		volume("indexers at once", l.Peak*n/86_400*index, indexersAtOnce, "functions", "functions = {indexer = {concurrency = …}}, and as many data nodes as take the bulk requests", hub),
		volume("compaction of an hour, by one function", l.Peak*compact, timeOut, "seconds", "functions = {transformer = {timeout = 900}} for three times as much; beyond it `seamark compact` on a machine beside the bucket (ADR 35)", hub),
		volume("concurrent functions of an account", l.Peak*n/86_400*(transform+index), 1000, "functions", "ask for a higher quota", "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"),
		volume("PUT requests below one prefix of the bucket", l.Peak*n/86_400*e.measured.Functions["transformer"].at(1, raw).puts, 3500, "a second", "nothing: S3 parts prefixes by itself, and files lie below their product", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html"),
		volume("messages in flight of a queue", transformersAtOnce+indexersAtOnce*entriesPerInvocation, 120_000, "messages", "nothing: concurrency bounds them", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"),
		{"accounts in the destination's policy", l.Accounts, 328, "accounts", 328, "accounts", "organization_id in place of account_ids: hub-region measures the policy and says so", "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html"},
	}
	limits[8].Reached = 0 // no volume reaches it
	slices.SortStableFunc(limits, func(a, b Limit) int { return cmp.Compare(b.Need/b.Have, a.Need/a.Have) })
	return limits
}

// WriteScale writes docs/scale.md.
func WriteScale(w io.Writer, l Load, a Assumptions, m Measured) {
	e := &estimator{ListPrices(), a, m, l.TBPerDay * 1e12}
	n, raw := e.objects()
	gets, puts := 0.0, n
	for _, name := range []string{"transformer", "indexer"} {
		f := m.Functions[name].at(1, raw)
		gets, puts = gets+n*f.gets, puts+n*f.puts
	}
	fmt.Fprintf(w, "# At %.0f TB a day, %.0f accounts\n\nComputed by `go test ./internal/cost -run TestScale -update` from what `make bench` measured on %s, the hub's defaults and AWS's default quotas. Nothing of it was run in AWS, and nothing at this volume. The busiest hour is taken to be %.0f times the mean.\n\n",
		l.TBPerDay, l.Accounts, m.Date, l.Peak)
	fmt.Fprintln(w, "| | a day | a second, mean |\n|---|---|---|")
	row := func(what string, day float64) {
		fmt.Fprintf(w, "| %s | %s | %.4g |\n", what, figure(day), day/86_400)
	}
	row("log events", e.day/m.EventBytes)
	row(fmt.Sprintf("payloads of %.0f events", e.Events), e.day/(e.Events*m.EventBytes))
	row("bytes into Firehose, compressed", e.day*m.GzipRatio)
	row("landing objects, and messages in each of two queues", n)
	row("PUT requests of S3", puts)
	row("GET requests of S3", gets)
	row("documents in bulk requests", e.day/m.EventBytes)
	row("bytes in bulk requests", e.day*m.IndexRatio)
	row("bytes of the lake", e.day*m.ParquetRatio)
	day := e.day * m.ParquetRatio
	fmt.Fprintf(w, "\nA question over all of a day reads up to %s bytes, $%.0f by Athena; over one of a thousand products of like size %s, $%.4f. The collector's calls are an account's own quota, so that accounts add up to time alone: [2,000 places in 41 s](benchmarks.md#collector).\n",
		figure(day), day/(1<<40)*athenaTB, figure(day/1000), day/1000/(1<<40)*athenaTB)
	limits := Limits(l, a, m)
	fmt.Fprintf(w, "\n## What gives way, first things first\n\n| | needed at the peak | there is | gives way at | what to do |\n|---|---|---|---|---|\n")
	for _, x := range limits {
		reached := "never"
		if x.Reached > 0 {
			reached = fmt.Sprintf("%.3g %s", x.Reached, x.By)
		}
		mark := ""
		if x.Short() {
			mark = "**"
		}
		source := x.Source
		if source == "terraform/modules/hub" {
			source = "../terraform/modules/hub/main.tf"
		}
		fmt.Fprintf(w, "| [%s](%s) | %s%.3g%s | %.6g %s | %s | %s |\n", x.What, source, mark, x.Need, mark, x.Have, x.Unit, reached, x.Do)
	}
	fmt.Fprintf(w, "\nBold: short at this load. A simulated day of the objects and messages goes through the real handlers in `internal/functions` `TestDay`: a hundredth of it in `make test`, all of it with `SEAMARK_TORTURE=1`; the last message costs what the first did.\n")
}

// athenaTB is what Athena takes for reading a TB (https://aws.amazon.com/athena/pricing/).
const athenaTB = 5

// figure writes a large number as people say it.
func figure(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, " trillion"}, {1e9, " billion"}, {1e6, " million"}} {
		if x >= u.size {
			return fmt.Sprintf("%.3g%s", x/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.0f", x)
}
