// Package lambda is what the Lambda functions of all stages have in common: it tells the
// shapes of events apart and hands them to the stage's work, answers SQS with the messages
// that failed and no others, keeps time back before the time-out, logs as JSON lines and
// finds the configuration at a cold start.
//
// It knows no stage. A stage's work sees message bodies and errors, never AWS's envelopes.
package lambda
