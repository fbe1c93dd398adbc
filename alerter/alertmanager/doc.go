// Package alertmanager lets Prometheus Alertmanager decide: who is told of an alarm
// (Machinery.Told), whom an alarm that fires keeps quiet (Inhibition), what a silence or a
// time interval mutes (Muting), and what its API v2 answers (API). It is the only room that
// knows Alertmanager's packages, whose constructors change with every release.
//
// It decides and never remembers, waits or posts: the book of incidents does. Only the
// silences lie here, in one file that is durable before an answer is given.
package alertmanager
