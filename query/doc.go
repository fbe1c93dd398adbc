// Package query is the search language: what a person types into the page's box or behind
// `seamark logs` to find rows. It is parsed once, printed back in one canonical form, and means
// the same to every evaluator: Match in Go is the meaning, an engine's own evaluator is held to it.
//
//	query = and { "OR" and }                     and = not { [ "AND" ] not }     upper case only
//	not   = [ "-" | "NOT" ] prim                 prim = "(" query ")" | field ":" value | text
//	text  = [ "*" ] word [ "*" ] | words | '"' words '"' | "/" RE2 "/"
//	value = pattern | '"' exactly '"' | "(" value { "OR" value } ")" | "*"
//	      | ( ">" | ">=" | "<" | "<=" ) limit | "[" limit "TO" limit "]"
//
// Text is whole words: runs of letters, marks, digits and _, upper and lower case alike. Words
// that are joined by other signs (10.0.0.7) or stand in quotes follow each other in one column;
// what stands between them does not matter. Several terms mean all of them. A * reaches inside a
// word; /…/ is a regular expression over the text columns as they are.
//
// field:value is the whole value in its exact case (level, product and environment in any case),
// * standing for any characters; of a column of text it is text in that column. A field is a
// column, or event_data.key and extra.key for what has none: its value is compared as it stands
// in the JSON. NOT keeps rows in which the field is absent.
package query
