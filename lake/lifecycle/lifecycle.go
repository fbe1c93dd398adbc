// Package lifecycle makes the lifecycle rules of the bucket of a lake: which storage class at
// which age, and what S3 sweeps up behind Seamark.
package lifecycle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/stats"
)

// Configuration is an S3 bucket's lifecycle configuration, as
// `aws s3api put-bucket-lifecycle-configuration` takes it.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
type Configuration struct {
	Rules []Rule `json:"Rules"`
}

// Rule is one of its rules.
type Rule struct {
	ID          string       `json:"ID"`
	Status      string       `json:"Status"`
	Filter      Filter       `json:"Filter"`
	Transitions []Transition `json:"Transitions,omitempty"`
	Expiration  *Days        `json:"Expiration,omitempty"`
	Incomplete  *Incomplete  `json:"AbortIncompleteMultipartUpload,omitempty"`
	Noncurrent  *Noncurrent  `json:"NoncurrentVersionExpiration,omitempty"`
}

// Filter chooses objects by the beginning of their keys.
type Filter struct {
	Prefix string `json:"Prefix"`
}

// Transition moves objects to another storage class.
type Transition struct {
	Days         int    `json:"Days"`
	StorageClass string `json:"StorageClass"`
}

// Days is an age.
type Days struct {
	Days int `json:"Days"`
}

// Incomplete is the age of an upload that is given up.
type Incomplete struct {
	Days int `json:"DaysAfterInitiation"`
}

// Noncurrent is the age of what was overwritten or deleted in a versioned bucket.
type Noncurrent struct {
	Days int `json:"NoncurrentDays"`
}

// expiryMargin is how many days later than Seamark itself S3 deletes: Seamark writes down
// what has expired, so that the accounts still hold; S3 only sweeps up behind it.
const expiryMargin = 7

// Of makes the rules for a lake below prefix, which is empty or ends in '/'.
func Of(k stats.Keep, prefix string) Configuration {
	rule := func(folder string, keep, deep int) Rule {
		r := Rule{ID: "seamark-" + strings.ReplaceAll(prefix, "/", "-") + folder, Status: "Enabled", Filter: Filter{prefix + folder + "/"}}
		for _, t := range []struct {
			age   int
			class string
		}{{k.Infrequent, "STANDARD_IA"}, {k.Instant, "GLACIER_IR"}, {deep, "DEEP_ARCHIVE"}} {
			if t.age != 0 && (keep == 0 || t.age < keep) { // no move of what goes before
				r.Transitions = append(r.Transitions, Transition{t.age, t.class})
			}
		}
		if keep != 0 {
			r.Expiration = &Days{keep + expiryMargin}
		}
		return r
	}
	quarantine := rule(lake.QuarantineFolder, k.Quarantine, 0)
	quarantine.Transitions = nil // small
	rules := []Rule{
		rule(lake.LandingFolder, k.Landing, k.Deep), rule(lake.LakeFolder, k.Lake, 0), quarantine,
		{ID: "seamark-" + strings.ReplaceAll(prefix, "/", "-") + "leftovers", Status: "Enabled", Filter: Filter{prefix},
			Incomplete: &Incomplete{1}, Noncurrent: &Noncurrent{expiryMargin}},
	}
	return Configuration{Rules: slices.DeleteFunc(rules, func(r Rule) bool { // S3 refuses a rule that does nothing
		return len(r.Transitions) == 0 && r.Expiration == nil && r.Incomplete == nil
	})}
}

// JSON is the configuration as the AWS command line takes it.
func (l Configuration) JSON() []byte {
	b, _ := json.MarshalIndent(l, "", "  ") // plain texts and numbers: cannot fail
	return append(b, '\n')
}

// Terraform is the configuration as a terraform resource of bucket.
func (l Configuration) Terraform(bucket string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "resource \"aws_s3_bucket_lifecycle_configuration\" \"seamark\" {\n  bucket = %q\n", cmp.Or(bucket, "BUCKET"))
	for _, r := range l.Rules {
		fmt.Fprintf(&b, "\n  rule {\n    id     = %q\n    status = %q\n    filter {\n      prefix = %q\n    }\n", r.ID, r.Status, r.Filter.Prefix)
		for _, t := range r.Transitions {
			fmt.Fprintf(&b, "    transition {\n      days          = %d\n      storage_class = %q\n    }\n", t.Days, t.StorageClass)
		}
		if r.Expiration != nil {
			fmt.Fprintf(&b, "    expiration {\n      days = %d\n    }\n", r.Expiration.Days)
		}
		if r.Incomplete != nil {
			fmt.Fprintf(&b, "    abort_incomplete_multipart_upload {\n      days_after_initiation = %d\n    }\n", r.Incomplete.Days)
		}
		if r.Noncurrent != nil {
			fmt.Fprintf(&b, "    noncurrent_version_expiration {\n      noncurrent_days = %d\n    }\n", r.Noncurrent.Days)
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	return b.String()
}
