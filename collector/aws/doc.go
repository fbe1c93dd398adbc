// Package aws is the only caller of the AWS control plane: it opens places as the collector
// asks for them, over aws-sdk-go-v2.
//
// One client per service serves all places; a place is its region, its credentials and
// nothing else, so that thousands cost no memory. The SDK tries nothing again on a place:
// the collector paces and repeats calls itself, by their error codes (collector/quota).
// What comes back is therefore always an *Error with a code that can be judged, also
// where no AWS answered: see error.go.
//
// Credentials, AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL and AWS_CA_BUNDLE work as in
// every other tool of AWS.
package aws
