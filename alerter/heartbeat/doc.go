// Package heartbeat watches over what nobody tells of: it tells another system that Seamark can
// tell of alarms at all, and notices when the alert that another system repeats for the same
// reason, Prometheus' Watchdog, comes no more.
package heartbeat
