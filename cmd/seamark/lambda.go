package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/functions/local"
)

func (c *cli) lambdaCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lambda",
		Short: "Run the Lambda functions on this machine",
		Long: `Run the Lambda functions on this machine, on the events that AWS sends them. How they are
installed is told in docs/howto/aws.md.`,
	}
	cmd.AddCommand(c.lambdaInvokeCmd())
	return cmd
}

func (c *cli) lambdaInvokeCmd() *cobra.Command {
	var event string
	timeout := 15 * time.Minute
	cmd := &cobra.Command{
		Use:   "invoke FUNCTION --event FILE",
		Short: "Hand one event to a Lambda function and print its answer",
		Long: `Hand one event to a Lambda function (` + strings.Join(local.Names(), ", ") + `) and print its answer. It is the
handler that runs in AWS, with the same configuration; what it would put into its queue it
does at once, and what it would log goes to standard error. With a lake in a folder the
bucket that an event names stands for that folder. When the function fails, or gives
messages of a batch back, the exit code is 1.`,
		Example: `  echo '{"do": "reconcile"}' | seamark lambda invoke transformer --event - --lake ./lake
  seamark lambda invoke alerter --event alarm.json --config seamark.yml --lake s3://hub-bucket`,
		Args: need(1, 1, "which function?", "name one of "+strings.Join(local.Names(), ", ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			payload, err := c.readPayload(event)
			if err != nil {
				return err
			}
			place, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			answer, err := local.Invoke(cmd.Context(), local.Options{Function: args[0], Lake: place, Config: cfg, Event: payload, Timeout: timeout, Log: c.err})
			if err != nil {
				return err
			}
			var back struct{ BatchItemFailures []any }
			_ = json.Unmarshal(answer, &back) // other answers have none
			if !c.json {
				var b bytes.Buffer
				if json.Indent(&b, answer, "", "  ") == nil {
					answer = b.Bytes()
				}
			}
			fmt.Fprintf(c.out, "%s\n", answer)
			if len(back.BatchItemFailures) > 0 {
				return errReported
			}
			return nil
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&event, "event", "", "file with the event, - for standard input")
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "the function's time-out")
	_ = cmd.MarkFlagRequired("event")
	return cmd
}

// readPayload reads what a function is handed.
func (c *cli) readPayload(name string) ([]byte, error) {
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(c.in)
	} else {
		b, err = os.ReadFile(name)
	}
	if err == nil && !json.Valid(b) {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: name, What: "the event is not JSON", Remedy: `events are JSON, such as {"do": "reconcile"}`}
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: name, What: "cannot read the event", Err: seamark.RootCause(err), Remedy: "check the path"}
	}
	return b, nil
}
