// Package oncall is what people on call do from the command line: look at incidents, acknowledge,
// silence and resolve them, ask who is told of what, and hand on an event. They go through the
// files of the data folder, and through the appliance where one runs over it.
package oncall
