// Package incident holds the book of incidents: which alarm opens one, joins it, reopens
// it or ends it, whatever the order in which alarms are heard of. It knows no clock, no
// receiver and no network; what it must remember is an Entry, kept by a Store.
package incident
