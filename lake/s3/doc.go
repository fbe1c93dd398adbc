// Package s3 keeps a lake in a bucket: it implements lake.Store over Amazon S3, and over
// what speaks its protocol as versitygw does.
//
// Where to sign in is the AWS SDK's own matter: AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL,
// roles of instances and functions all work as everywhere. An endpoint that is not AWS's
// is asked with the bucket in the path.
//
// What a network does to a request is answered here, so that no caller has to know: calls
// are tried again with growing pauses when the service is busy, fails or falls silent; a
// body that breaks off is resumed where it broke; an object that changes while it is read
// fails rather than mixes; and a conditional write whose answer was lost is told from one
// that came second by a mark that each write carries (a retried PutObject with
// If-None-Match answers 412 although the object is its own).
package s3
