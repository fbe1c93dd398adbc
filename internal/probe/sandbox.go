package probe

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/hub/aws"
)

// Answer is what was found out about an assumption.
type Answer struct {
	ID    string `json:"assumption"`
	Holds bool   `json:"holds"`
	Saw   string `json:"saw"`             // what AWS answered, without numbers of accounts and ids
	Error string `json:"error,omitempty"` // why it could not be asked; then Holds means nothing
	On    string `json:"on"`              // AWS, or the emulator's host
	Date  string `json:"date"`
}

// Options say where is asked.
type Options struct {
	Account string // whose number the credentials must have: nothing is made anywhere else
	Region  string // "": the environment's
	Patience,
	Pause time.Duration // how long what comes later is waited for, and between looks; 0: a minute, 2 s
	Each func(Answer) // told of each
}

// sandbox is the account in which is asked. What it makes begins with its name and is removed.
type sandbox struct {
	name     string
	account  string
	region   string
	patience time.Duration
	pause    time.Duration
	logs     *cloudwatchlogs.Client
	watch    *cloudwatch.Client
	tags     *resourcegroupstaggingapi.Client
	s3       *s3.Client
	sts      *sts.Client
	group    string // a log group with the tag of a product
	bucket   string
	left     []error // what could not be removed
	undo     []func(context.Context) error
}

// Run asks what can be asked, and removes all that it made. A fault says that nothing was asked.
// What could not be removed is a fault too, after the answers.
func Run(ctx context.Context, o Options) ([]Answer, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithAppID("seamark"))
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the AWS environment is faulty", Err: err, Remedy: "mend AWS_PROFILE, AWS_REGION or the shared configuration file"}
	}
	c.Region = cmp.Or(o.Region, c.Region)
	if c.Region == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "which region?", Remedy: "say --region, or set AWS_REGION"}
	}
	id := make([]byte, 5)
	_, _ = rand.Read(id) // it never fails: crypto/rand
	s := &sandbox{name: "seamark-probe-" + hex.EncodeToString(id), region: c.Region, patience: cmp.Or(o.Patience, time.Minute), pause: cmp.Or(o.Pause, 2*time.Second),
		logs: cloudwatchlogs.NewFromConfig(c), watch: cloudwatch.NewFromConfig(c), tags: resourcegroupstaggingapi.NewFromConfig(c), sts: sts.NewFromConfig(c),
		s3: s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = sdk.ToString(c.BaseEndpoint) != "" })}
	if err := s.enter(ctx, o.Account); err != nil {
		return nil, err
	}
	defer s.leave(context.WithoutCancel(ctx))
	if err := s.make(ctx); err != nil {
		s.leave(context.WithoutCancel(ctx))
		return nil, err
	}
	on := "AWS"
	if e := sdk.ToString(c.BaseEndpoint); e != "" {
		on = "an emulator"
	}
	var answers []Answer
	for _, a := range Assumptions() {
		if !a.Asked() || ctx.Err() != nil {
			continue
		}
		answer := Answer{ID: a.ID, On: on, Date: time.Now().UTC().Format(time.DateOnly)}
		holds, saw, err := a.ask(ctx, s)
		answer.Holds, answer.Saw = holds && err == nil, s.redact(saw)
		if err != nil {
			answer.Error = s.redact(err.Error())
		}
		answers = append(answers, answer)
		if o.Each != nil {
			o.Each(answer)
		}
	}
	s.leave(context.WithoutCancel(ctx))
	return answers, errors.Join(append(s.left, ctx.Err())...)
}

// enter makes sure that the credentials are those of the account that was named.
func (s *sandbox) enter(ctx context.Context, account string) error {
	out, err := s.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return aws.Fault(ctx, "STS", err)
	}
	s.account = sdk.ToString(out.Account)
	if s.account != account {
		return &seamark.Fault{Class: seamark.Rejected, Where: "--account", What: fmt.Sprintf("the credentials are of account %s, not of %s", s.account, account), Remedy: "nothing was made: sign in to the sandbox, or name the account that you mean"}
	}
	return nil
}

// make makes what several questions need.
func (s *sandbox) make(ctx context.Context) error {
	s.group, s.bucket = "/"+s.name, s.name
	if _, err := s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &s.group, Tags: map[string]string{"seamark:product": "probe"}}); err != nil {
		return aws.Fault(ctx, "logs:CreateLogGroup", err)
	}
	s.later("log group "+s.group, func(ctx context.Context) error {
		_, err := s.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &s.group})
		return err
	})
	if _, err := s.s3.CreateBucket(ctx, bucketIn(s.bucket, s.region)); err != nil {
		return aws.Fault(ctx, "s3:CreateBucket", err)
	}
	s.later("bucket "+s.bucket, func(ctx context.Context) error {
		_, err := s.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &s.bucket})
		return err
	})
	return nil
}

// later has something undone at the end.
func (s *sandbox) later(what string, fn func(context.Context) error) {
	s.undo = append(s.undo, func(ctx context.Context) error {
		if err := fn(ctx); err != nil {
			return &seamark.Fault{Class: seamark.Permanent, Where: what, What: "is left behind", Err: err, Remedy: "delete it by hand"}
		}
		return nil
	})
}

// leave undoes all, the last first.
func (s *sandbox) leave(ctx context.Context) {
	for len(s.undo) > 0 {
		last := len(s.undo) - 1
		if err := s.undo[last](ctx); err != nil {
			s.left = append(s.left, err)
		}
		s.undo = s.undo[:last]
	}
}

var (
	number = regexp.MustCompile(`\b\d{12}\b`)
	ids    = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9A-Z]{16}\b|\b\d{30,}\b`)
)

// redact leaves out numbers of accounts, ids of requests and the sandbox's own name.
func (s *sandbox) redact(text string) string {
	text = strings.ReplaceAll(text, s.name, "seamark-probe")
	return ids.ReplaceAllString(number.ReplaceAllString(text, "ACCOUNT"), "ID")
}

// wait looks until it is so, as long as patience lasts.
func (s *sandbox) wait(ctx context.Context, look func() (bool, error)) (so bool, took time.Duration, err error) {
	for begin := time.Now(); ; {
		if so, err = look(); so || err != nil || time.Since(begin) > s.patience {
			return so, time.Since(begin), err
		}
		select {
		case <-ctx.Done():
			return false, 0, ctx.Err()
		case <-time.After(s.pause):
		}
	}
}

// code is the code of an error of AWS; empty for others.
func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}
