// Package route says who is told of an alarm, by a tree in Alertmanager's own syntax.
package route
