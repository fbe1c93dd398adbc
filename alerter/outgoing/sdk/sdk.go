// Package sdk is what receivers that AWS's SDK tells have in common: how it is set up, and what its
// faults mean for a card.
package sdk

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// Load sets the SDK up for a receiver, with credentials as it finds them; without a region that of the
// environment counts. It opens no connection.
func Load(ctx context.Context, receiver, region string) (aws.Config, error) {
	var load []func(*config.LoadOptions) error
	if region != "" {
		load = append(load, config.WithRegion(region))
	}
	c, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return c, &seamark.Fault{Class: seamark.Rejected, What: "AWS cannot be used", Where: "receiver " + receiver, Err: err, Remedy: "check the AWS settings of the environment"}
	}
	if c.Region == "" {
		return c, &seamark.Fault{Class: seamark.Rejected, What: "no region is set", Where: "receiver " + receiver, Remedy: "set its region, or AWS_REGION"}
	}
	return c, nil
}

// throttled is how long a service that has enough is left alone.
const throttled = 2 * time.Second

// Fault says what a failed call to a service means: one that what is sent or the rights are to blame for
// is not tried again. where names the receiver, remedy what to check then.
func Fault(err error, service, where, remedy string) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return outgoing.Fault(err, where, service+" cannot be reached", "the answer of "+service+" cannot be read")
	}
	f := &seamark.Fault{Class: seamark.Temporary, What: service + " did not take it", Where: where, Err: err}
	e, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
	case strings.Contains(e.ErrorCode(), "Throttl"):
		f.Err = &card.Throttled{After: throttled}
	case e.ErrorFault() == smithy.FaultClient && !strings.Contains(e.ErrorCode(), "Expired") && !strings.HasPrefix(e.ErrorCode(), "KMS"):
		f.Class, f.Remedy = seamark.Permanent, remedy
	}
	return f
}
