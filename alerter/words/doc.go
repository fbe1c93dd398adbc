// Package words says things the way every card, command and timeline says them: figures
// with their units, spans of time, what an alarm is about and how bad it is.
//
// It also makes foreign text visible: whatever comes from a log line, a tag, a name or a
// description passes through Visible or Line on its way out, and is escaped for the
// medium after that.
package words
