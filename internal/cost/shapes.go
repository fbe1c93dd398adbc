package cost

import "fmt"

// compute are the lines of Lambda for each event.
func (e *estimator) compute() []Line {
	n, raw := e.objects()
	var lines []Line
	for _, name := range []string{"transformer", "indexer"} {
		dollars, seconds := e.lambda(name, n, 1, raw)
		lines = append(lines, line("Lambda: "+name, dollars, fmt.Sprintf("%.0f runs a day of %.1f s at %.0f MB, for %.0f MB of logs each", n, seconds, memoryMB[name], raw/1e6)))
	}
	dollars, seconds := e.lambda("compaction", 24, n/24, e.day/24)
	return append(lines, beyond(line("Lambda: compaction", dollars, fmt.Sprintf("24 runs a day of %.0f s at %.0f MB", seconds, memoryMB["compaction"]))))
}

// requests are those of S3 and SQS.
func (e *estimator) requests() []Line {
	n, raw := e.objects()
	gets, puts := 0.0, n // Firehose puts each object
	for _, name := range []string{"transformer", "indexer"} {
		f := e.measured.Functions[name].at(1, raw)
		gets, puts = gets+n*f.gets, puts+n*f.puts
	}
	f := e.measured.Functions["compaction"].at(n/24, e.day/24)
	gets, puts = gets+24*f.gets, puts+24*f.puts
	const pollers, empties = 4 * 5, 86_400 / 20 // of each queue's event source, which waits for 20 s
	sqs := 3*2*n + pollers*empties
	return []Line{
		beyond(line("S3: requests", month*(puts*e.S3Put+gets*e.S3Get)/1000, fmt.Sprintf("%.0f PUT and %.0f GET a day", puts, gets))),
		beyond(line("SQS", month*sqs*e.SQS/1e6, fmt.Sprintf("%.0f requests a day, most of them of event sources that wait", sqs))),
	}
}

// storage is landing and lake.
func (e *estimator) storage() []Line {
	return []Line{
		beyond(line("S3: landing", e.day*e.measured.GzipRatio*e.KeptDays/gb*e.S3Month, fmt.Sprintf("%.0f days at %.1f%% of the logs' bytes", e.KeptDays, 100*e.measured.GzipRatio))),
		line("S3: lake", e.day*e.measured.ParquetRatio*e.KeptDays/gb*e.S3Month, fmt.Sprintf("%.0f days at %.1f%%", e.KeptDays, 100*e.measured.ParquetRatio)),
	}
}

// firehose rounds each payload up to 5 KB, compressed as CloudWatch Logs sends it.
func (e *estimator) firehose() Line {
	return beyond(line("Firehose", month*e.delivered(e.Events)*e.Firehose, fmt.Sprintf("%.0f events a payload; 1: $%.0f, 100: $%.0f", e.Events, month*e.delivered(1)*e.Firehose, month*e.delivered(100)*e.Firehose)))
}

// delivered are the GB of a day that Firehose bills.
func (e *estimator) delivered(events float64) float64 {
	const step = 5 * 1024
	payloads := e.day / (events * e.measured.EventBytes)
	return payloads * step * ceil(events*e.measured.EventBytes*e.measured.GzipRatio/step) / gb
}

func ceil(x float64) float64 { return nodes(x, 1, 1) }

func (e *estimator) watch() Line {
	return beyond(line("CloudWatch: metrics and alarms", e.Metrics*e.MetricMonth+e.Alarms*e.AlarmMonth, fmt.Sprintf("%.0f metrics, %.0f alarms", e.Metrics, e.Alarms)))
}

// index is OpenSearch, managed or on machines of one's own.
func (e *estimator) index(managed bool) []Line {
	size := e.day * e.IndexDays * e.IndexFactor / gb
	n := nodes(size, e.NodeGB, e.LeastNodes)
	name, node, volume := "OpenSearch Service", e.OpenSearchHour, e.OpenSearchVolume
	if !managed {
		name, node, volume = "own OpenSearch", e.MachineHour, e.VolumeMonth
	}
	return []Line{
		line(name+": nodes", n*node*hours, fmt.Sprintf("%.0f data nodes, no replica", n)),
		line(name+": volumes", size*volume, fmt.Sprintf("%.0f GB for %.0f days", size, e.IndexDays)),
	}
}

func (e *estimator) functions() Shape {
	lines := append(e.compute(), e.requests()...)
	lines = append(append(lines, e.storage()...), e.firehose(), e.watch())
	return shape("functions", "Lambda functions, S3, a domain of OpenSearch Service", append(lines, e.index(true)...)...)
}

// central reads copies that CloudWatch Logs makes in one account: the first copy's ingestion is
// free (https://aws.amazon.com/cloudwatch/pricing/), its storage is not.
func (e *estimator) central() Shape {
	s := e.functions()
	copies := beyond(line("CloudWatch Logs: copies", e.day*e.LogsRatio*1/gb*e.LogsMonth, "a day of them"))
	return shape("central", "as functions, from the copies of CloudWatch Logs' centralisation", append(s.Lines, copies)...)
}

func (e *estimator) machine() Line {
	n := nodes(e.day/gb, e.MachineGBDay, 1)
	return line("machine", n*e.MachineHour*hours, fmt.Sprintf("%.0f of 2 cores, 8 GiB", n))
}

// container is `seamark up` beside a bucket, with an OpenSearch of one's own.
func (e *estimator) container() Shape {
	lines := append([]Line{e.machine()}, e.requests()[0])
	lines = append(append(lines, e.storage()...), e.firehose())
	return shape("self-hosted", "a container, S3, own OpenSearch on machines", append(lines, e.index(false)...)...)
}

// appliance is `seamark up` on one machine, all on its volume, searched by DuckDB.
func (e *estimator) appliance() Shape {
	size := e.day * (e.measured.GzipRatio + e.measured.ParquetRatio) * e.KeptDays / gb
	return shape("appliance", "one machine with a volume, DuckDB in place of OpenSearch", e.machine(), line("volume", size*e.VolumeMonth, fmt.Sprintf("%.0f GB", size)), e.firehose())
}

// cloudWatch is to search where the logs come in.
func (e *estimator) cloudWatch() Shape {
	kept := e.day * e.LogsRatio * e.KeptDays / gb
	week := 7 * e.day / gb
	return shape("CloudWatch Logs alone", "ingestion, storage, and Insights over a week once a working day",
		line("ingestion", month*e.day/gb*e.LogsIngested, "paid in every shape that begins there"),
		line("storage", kept*e.LogsMonth, fmt.Sprintf("%.0f days", e.KeptDays)),
		line("Insights", 21*week*e.LogsInsights, fmt.Sprintf("21 questions over %.0f GB", week)))
}
