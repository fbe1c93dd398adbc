package cost

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	seamark "github.com/seamark-hq/seamark"
)

// Prices are list prices in US dollars, as prices.json has them. A GB is 2³⁰ bytes.
type Prices struct {
	Region string `json:"region"`
	Date   string `json:"date"` // on which the figures were taken down
	Source string `json:"source"`

	LambdaARM64      float64 `json:"lambda_gb_second_arm64"`
	LambdaAMD64      float64 `json:"lambda_gb_second_amd64"`
	LambdaRequests   float64 `json:"lambda_million_requests"`
	S3Month          float64 `json:"s3_gb_month"`          // Standard, the first 50 TB
	S3Put            float64 `json:"s3_put_thousand"`      // PUT, COPY, POST, LIST
	S3Get            float64 `json:"s3_get_thousand"`      // GET, HEAD
	SQS              float64 `json:"sqs_million_requests"` // standard queues
	Firehose         float64 `json:"firehose_gb"`          // Direct PUT, the first 500 TB; each record counts as a multiple of 5 KB
	LogsIngested     float64 `json:"logs_ingested_gb"`     // CloudWatch Logs, standard class
	LogsMonth        float64 `json:"logs_gb_month"`        // compressed
	LogsInsights     float64 `json:"logs_insights_gb"`     // scanned by a query
	MetricMonth      float64 `json:"metric_month"`         // a custom metric
	AlarmMonth       float64 `json:"alarm_month"`          // a standard-resolution alarm
	OpenSearchHour   float64 `json:"opensearch_node_hour"` // m6g.large.search
	OpenSearchVolume float64 `json:"opensearch_gb_month"`  // gp3 of the managed service
	MachineHour      float64 `json:"machine_hour"`         // m7g.large: 2 cores, 8 GiB
	VolumeMonth      float64 `json:"volume_gb_month"`      // gp3 of EC2
}

//go:embed prices.json
var listPrices []byte

// ListPrices are those of prices.json, from the pages of https://aws.amazon.com/pricing/ for each service.
func ListPrices() Prices { return builtIn[Prices](listPrices) }

// builtIn reads a file that is built in.
func builtIn[T any](file []byte) (v T) {
	if err := json.Unmarshal(file, &v); err != nil {
		panic(err) // a test reads each
	}
	return v
}

// ReadPrices reads a JSON file with these keys; what it leaves out is that of ListPrices. No name
// is ListPrices. A file with another key, or with what is no price, is a Rejected fault.
func ReadPrices(name string) (Prices, error) {
	p := ListPrices()
	if name == "" {
		return p, nil
	}
	bad := func(what string, err error) error {
		return &seamark.Fault{Class: seamark.Rejected, What: what, Where: name, Err: err, Remedy: "write JSON with the keys that `seamark cost aws --json` shows below prices"}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return p, bad("cannot read the prices", seamark.RootCause(err))
	}
	p.Source, p.Date, p.Region = name, "", ""
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, bad("not prices", err)
	}
	for v, i := reflect.ValueOf(p), 0; i < v.NumField(); i++ {
		if f := v.Field(i); f.CanFloat() && !(f.Float() >= 0 && f.Float() <= 1e6) {
			return p, bad(fmt.Sprintf("%v is no price of %s", f.Float(), v.Type().Field(i).Tag.Get("json")), nil)
		}
	}
	return p, nil
}
