package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/internal/config"
)

// Lifecycle is an S3 bucket's lifecycle configuration, as
// `aws s3api put-bucket-lifecycle-configuration` takes it.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
type Lifecycle struct {
	Rules []LifecycleRule `json:"Rules"`
}

// LifecycleRule is one of its rules.
type LifecycleRule struct {
	ID          string                `json:"ID"`
	Status      string                `json:"Status"`
	Filter      LifecycleFilter       `json:"Filter"`
	Transitions []LifecycleTransition `json:"Transitions,omitempty"`
	Expiration  *LifecycleDays        `json:"Expiration,omitempty"`
	Incomplete  *LifecycleIncomplete  `json:"AbortIncompleteMultipartUpload,omitempty"`
	Noncurrent  *LifecycleNoncurrent  `json:"NoncurrentVersionExpiration,omitempty"`
}

// LifecycleFilter chooses objects by the beginning of their keys.
type LifecycleFilter struct {
	Prefix string `json:"Prefix"`
}

// LifecycleTransition moves objects to another storage class.
type LifecycleTransition struct {
	Days         int    `json:"Days"`
	StorageClass string `json:"StorageClass"`
}

// LifecycleDays is an age.
type LifecycleDays struct {
	Days int `json:"Days"`
}

// LifecycleIncomplete is the age of an upload that is given up.
type LifecycleIncomplete struct {
	Days int `json:"DaysAfterInitiation"`
}

// LifecycleNoncurrent is the age of what was overwritten or deleted in a versioned bucket.
type LifecycleNoncurrent struct {
	Days int `json:"NoncurrentDays"`
}

// expiryMargin is how many days later than Seamark itself S3 deletes: Seamark writes down
// what has expired, so that the accounts still hold; S3 only sweeps up behind it.
const expiryMargin = 7

// LifecycleOf makes the rules for a lake below prefix, which is empty or ends in '/'.
func LifecycleOf(k config.Retention, prefix string) Lifecycle {
	rule := func(folder string, keep config.Age, deep config.Age) LifecycleRule {
		r := LifecycleRule{ID: "seamark-" + strings.ReplaceAll(prefix, "/", "-") + folder, Status: "Enabled", Filter: LifecycleFilter{prefix + folder + "/"}}
		for _, t := range []struct {
			age   config.Age
			class string
		}{{k.Infrequent, "STANDARD_IA"}, {k.Instant, "GLACIER_IR"}, {deep, "DEEP_ARCHIVE"}} {
			if t.age != 0 && (keep == 0 || t.age < keep) { // no move of what goes before
				r.Transitions = append(r.Transitions, LifecycleTransition{t.age.Days(), t.class})
			}
		}
		if keep != 0 {
			r.Expiration = &LifecycleDays{keep.Days() + expiryMargin}
		}
		return r
	}
	quarantine := rule("quarantine", k.Quarantine, 0)
	quarantine.Transitions = nil // small
	rules := []LifecycleRule{
		rule("landing", k.Landing, k.Deep), rule("lake", k.Lake, 0), quarantine,
		{ID: "seamark-" + strings.ReplaceAll(prefix, "/", "-") + "leftovers", Status: "Enabled", Filter: LifecycleFilter{prefix},
			Incomplete: &LifecycleIncomplete{1}, Noncurrent: &LifecycleNoncurrent{expiryMargin}},
	}
	return Lifecycle{Rules: slices.DeleteFunc(rules, func(r LifecycleRule) bool { // S3 refuses a rule that does nothing
		return len(r.Transitions) == 0 && r.Expiration == nil && r.Incomplete == nil
	})}
}

// JSON is the configuration as the AWS command line takes it.
func (l Lifecycle) JSON() []byte {
	b, _ := json.MarshalIndent(l, "", "  ") // plain texts and numbers: cannot fail
	return append(b, '\n')
}

// Terraform is the configuration as a terraform resource of bucket.
func (l Lifecycle) Terraform(bucket string) string {
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
