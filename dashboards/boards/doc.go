// Package boards holds each board once, as data, and writes it for the tools that draw boards.
//
// A panel says in the search language (package query) which rows it counts, so that whoever draws
// it, OpenSearch Dashboards or another, counts the same.
package boards
