// Package route holds what seamark.yml says about who is told of an alarm, in
// Alertmanager's own syntax, and the labels that it can speak of. It decides nothing:
// alerter/alertmanager reads it and does.
package route
