// Package glue keeps the tables that Athena reads current in AWS Glue's Data Catalog: it adds
// the products and environments that the lake has to the lists of the tables' partition
// projection. A value that is not listed is not found by any question.
//
// Nothing else of a table is changed, and nothing is ever taken out of a list: somebody may
// have named what is still to come.
package glue
