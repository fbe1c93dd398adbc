// Command indexer is the indexer as a Lambda function: provided.al2023, bootstrap.
package main

import (
	"github.com/seamark-hq/seamark/internal/functions/indexer"
	"github.com/seamark-hq/seamark/internal/lambda"
)

func main() { lambda.Main(indexer.Open) }
