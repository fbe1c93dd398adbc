// Command alerter is the alerter as a Lambda function: provided.al2023, bootstrap.
package main

import (
	"github.com/seamark-hq/seamark/internal/functions/alerter"
	"github.com/seamark-hq/seamark/internal/lambda"
)

func main() { lambda.Main(alerter.Open) }
