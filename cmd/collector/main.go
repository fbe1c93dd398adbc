// Command collector is the collector as a Lambda function: provided.al2023, bootstrap.
package main

import (
	"github.com/seamark-hq/seamark/internal/functions/collector"
	"github.com/seamark-hq/seamark/internal/lambda"
)

func main() { lambda.Main(collector.Open) }
