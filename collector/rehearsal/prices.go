package rehearsal

import (
	"fmt"

	seamark "github.com/seamark-hq/seamark"
)

// Prices are list prices in US dollars, without free tiers, discounts and tax. A GB is 2³⁰ bytes.
type Prices struct {
	Region string `json:"region"`
	Date   string `json:"date"` // on which the figures were taken down
	Source string `json:"source"`

	AlarmMetric      float64 `json:"alarm_metric_month"`         // each metric that a standard-resolution alarm looks at
	CompositeAlarm   float64 `json:"composite_alarm_month"`      // each
	MetricsRequested float64 `json:"metrics_requested_thousand"` // GetMetricData
	LogsIngested     float64 `json:"logs_ingested_gb"`           // CloudWatch Logs, standard class
	FirehoseGB       float64 `json:"firehose_gb"`                // Direct PUT, the first 500 TB, records rounded up to 5 KB
	S3Put            float64 `json:"s3_put_thousand"`            // S3 Standard
	S3GBMonth        float64 `json:"s3_gb_month"`                // S3 Standard, the first 50 TB
}

// ListPrices are the prices of a region; of one that is not known, those of us-east-1, and
// Source says so.
//
// They were taken down on 2026-11-22 without AWS's own price list at hand. From AWS's pages
// as stored copies (https://aws.amazon.com/cloudwatch/pricing/, …/firehose/pricing/) come what
// is counted and rounded, and that GetMetricData is always charged; from general and secondary
// sources the amounts, those of S3 as in internal/app/prices.go.
func ListPrices(region string) Prices {
	p := Prices{
		Region: region, Date: "2026-11-22", Source: "AWS list prices, general and secondary sources",
		AlarmMetric: 0.10, CompositeAlarm: 0.50, MetricsRequested: 0.01,
		LogsIngested: 0.50, FirehoseGB: 0.029, S3Put: 0.005, S3GBMonth: 0.023,
	}
	switch region {
	case "us-east-1", "us-east-2", "us-west-2":
	case "eu-west-1":
		p.LogsIngested, p.FirehoseGB = 0.57, 0.031
	case "eu-central-1":
		p.LogsIngested, p.FirehoseGB, p.S3Put, p.S3GBMonth = 0.63, 0.033, 0.0054, 0.0245
	default:
		p.Source += "; of us-east-1, because those of " + region + " are not known here"
	}
	return p
}

// Validate reports the first figure that is no price.
func (p Prices) Validate() error {
	for _, f := range []struct {
		key string
		v   float64
	}{
		{"alarm_metric_month", p.AlarmMetric}, {"composite_alarm_month", p.CompositeAlarm}, {"metrics_requested_thousand", p.MetricsRequested},
		{"logs_ingested_gb", p.LogsIngested}, {"firehose_gb", p.FirehoseGB}, {"s3_put_thousand", p.S3Put}, {"s3_gb_month", p.S3GBMonth},
	} {
		if !(f.v >= 0 && f.v <= 1e6) {
			return &seamark.Fault{Class: seamark.Rejected, Where: f.key, What: fmt.Sprintf("%v is no price", f.v), Remedy: "use US dollars, 0 to 1,000,000"}
		}
	}
	return nil
}
