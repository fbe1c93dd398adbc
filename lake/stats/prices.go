package stats

import (
	"encoding/json"
	"fmt"
	"os"

	seamark "github.com/seamark-hq/seamark"
)

// Prices are list prices in US dollars. A GB is 2³⁰ bytes and a TB 2⁴⁰, as AWS bills them.
type Prices struct {
	Region string `json:"region"`
	Date   string `json:"date"` // on which the figures were taken down
	Source string `json:"source"`

	Standard        float64 `json:"standard_gb_month"` // the first 50 TB
	InfrequentClass float64 `json:"standard_ia_gb_month"`
	Instant         float64 `json:"glacier_ir_gb_month"`
	Flexible        float64 `json:"glacier_flexible_gb_month"`
	Deep            float64 `json:"deep_archive_gb_month"`
	Put             float64 `json:"put_thousand"`            // PUT, COPY, POST, LIST, of S3 Standard
	ToInfrequent    float64 `json:"to_standard_ia_thousand"` // lifecycle transitions
	ToInstant       float64 `json:"to_glacier_ir_thousand"`
	ToDeep          float64 `json:"to_deep_archive_thousand"`
	RetrieveIA      float64 `json:"standard_ia_retrieval_gb"`
	RetrieveInstant float64 `json:"glacier_ir_retrieval_gb"`
	AthenaTB        float64 `json:"athena_tb_scanned"`
	OpenSearchGB    float64 `json:"opensearch_gp3_gb_month"` // storage of the managed service alone
}

// ListPrices are those of eu-central-1 (Frankfurt), from https://aws.amazon.com/s3/pricing/,
// https://aws.amazon.com/athena/pricing/ and https://aws.amazon.com/opensearch-service/pricing/.
// They were taken down without AWS's own list at hand: those of Standard and its requests agree
// with published SKUs of the region, the others come from general and secondary sources.
// Prices change, and --price-file names better ones.
func ListPrices() Prices {
	return Prices{
		Region: "eu-central-1", Date: "2026-11-22", Source: "AWS list prices, US dollars without tax and discounts",
		Standard: 0.0245, InfrequentClass: 0.0135, Instant: 0.005, Flexible: 0.00405, Deep: 0.0018,
		Put: 0.0054, ToInfrequent: 0.01, ToInstant: 0.02, ToDeep: 0.06,
		RetrieveIA: 0.01, RetrieveInstant: 0.03, AthenaTB: 5, OpenSearchGB: 0.145,
	}
}

// ReadPrices reads prices from a JSON file; what it leaves out is that of ListPrices.
func ReadPrices(name string) (Prices, error) {
	p := ListPrices()
	if name == "" {
		return p, nil
	}
	bad := func(what string, err error) error {
		return &seamark.Fault{Class: seamark.Rejected, What: what, Where: name, Err: err, Remedy: "write JSON with the keys that `seamark cost --json` shows below prices"}
	}
	f, err := os.Open(name)
	if err != nil {
		return p, bad("cannot read the prices", seamark.RootCause(err))
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	p.Source, p.Date, p.Region = name, "", ""
	if err := d.Decode(&p); err != nil {
		return p, bad("not prices", err)
	}
	for _, v := range []float64{p.Standard, p.InfrequentClass, p.Instant, p.Flexible, p.Deep, p.Put, p.ToInfrequent, p.ToInstant, p.ToDeep,
		p.RetrieveIA, p.RetrieveInstant, p.AthenaTB, p.OpenSearchGB} {
		if v < 0 || v > 1e6 {
			return p, bad(fmt.Sprintf("%v is no price", v), nil)
		}
	}
	return p, nil
}
