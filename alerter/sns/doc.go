// Package sns is the door at which Amazon SNS delivers alarms over HTTP. It believes
// nothing that is not signed: by SNS, for a topic that the configuration names, not long ago.
package sns
