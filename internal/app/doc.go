// Package app is the appliance: it makes every stage of the configuration and joins them.
// pipeline.go lists the stages of `seamark up` once, in the order in which data flows; its
// rooms drive them (stage), open what they work on (lakes), and do what joins stages on the
// command line (oncall, explain, demo). Nowhere else do the stages meet.
package app
