// Package app is the appliance: the only place where the stages meet. Each command of
// the command line is one function here; pipeline.go lists the stages of `seamark up`
// once, in the order in which data flows.
package app
