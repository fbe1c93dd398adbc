// Package coldstart is what a function reads once, when Lambda starts it: secrets that its
// environment names by ARN, the configuration, which may lie in the bucket, and the bucket
// that is the lake.
package coldstart
