// Command transformer is the transformer as a Lambda function: provided.al2023, bootstrap.
package main

import (
	"github.com/seamark-hq/seamark/internal/functions/transformer"
	"github.com/seamark-hq/seamark/internal/lambda"
)

func main() { lambda.Main(transformer.Open) }
