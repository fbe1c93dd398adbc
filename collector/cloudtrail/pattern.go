package cloudtrail

import _ "embed"

//go:embed pattern.json
var patterns []byte

// Patterns are the event patterns of the EventBridge rules that let through what Decode
// makes hints of, one JSON object with a pattern per rule. Terraform reads the same file.
func Patterns() []byte { return patterns }
