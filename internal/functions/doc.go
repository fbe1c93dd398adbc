// Package functions holds one room for each Lambda function, which makes its work of the
// configuration: main starts it, and `seamark lambda invoke` runs it on this machine. Here
// are the tests of the built binaries behind the Lambda Runtime API, with real servers.
package functions
