package lambda

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// Namespace is where CloudWatch has the metrics of all functions. Their one dimension is
// FunctionName.
const Namespace = "seamark"

// Metrics are all that the functions count, with CloudWatch's units. Each costs as much a
// month as indexing half a gigabyte a day, so there are ten at most, and none per account or product.
var Metrics = map[string]string{
	"Objects":          "Count",   // landing objects made done
	"LandingFailed":    "Count",   // landing objects that could not be, each time that one was tried; Firehose's records answered ProcessingFailed
	"Quarantined":      "Count",   // pieces that could not be decoded
	"FreshnessSeconds": "Seconds", // from the arrival of a landing object until its rows are there; of one that waits, until now
	"SilentAccounts":   "Count",   // accounts that used to send and have stopped
	"CanaryMissing":    "Count",   // 1 when the last canary's event is not in the lake, else 0
	"Documents":        "Count",   // documents that are in the index now
	"Unindexed":        "Count",   // ledger minus marks, at each reconciliation
	"Cards":            "Count",   // cards shown
	"Undelivered":      "Count",   // cards that could not be shown
}

// Meter counts in CloudWatch's embedded metric format: lines of the function's log from
// which CloudWatch makes metrics. It is safe for concurrent use.
type Meter struct {
	out      *output
	function string
}

// NewMeter writes to w, where the log goes.
func NewMeter(w io.Writer) *Meter {
	return &Meter{&output{w: w}, os.Getenv("AWS_LAMBDA_FUNCTION_NAME")}
}

// Put writes values of one moment, by the names in Metrics. Others are refused.
func (m *Meter) Put(values map[string]float64) error {
	type metric struct{ Name, Unit string }
	var list []metric
	line := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		unit, known := Metrics[name]
		if !known {
			return fmt.Errorf("no metric is called %q", name)
		}
		list = append(list, metric{name, unit})
		line[name] = values[name]
	}
	if len(list) == 0 {
		return nil
	}
	line["FunctionName"] = m.function
	line["_aws"] = map[string]any{
		"Timestamp": time.Now().UnixMilli(),
		"CloudWatchMetrics": []any{map[string]any{
			"Namespace": Namespace, "Dimensions": [][]string{{"FunctionName"}}, "Metrics": list,
		}},
	}
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	return m.out.line(b)
}
