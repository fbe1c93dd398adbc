package collector

import (
	"context"
	"errors"
	"fmt"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// accessLogDays is how long a log group that we make for an access log keeps its events:
// what was forwarded lies in the bucket, and CloudWatch's own "for ever" would be at the
// team's cost. A team that wants longer may change it; we never set it again.
const accessLogDays = 14

const changeLogGroup = "log group"

const accessLogRemedy = "set the stage's access log by hand, or delete the group"

// errNotOurGroup says that the log group for an access log exists, made by someone else.
var errNotOurGroup = errors.New("the log group exists and is not ours; " + accessLogRemedy)

// switchAccessLogsOn makes the log group and sets the stage's access log, where a team
// opted in and the operator allows it.
func (s *sweep) switchAccessLogsOn(ctx context.Context, d *Desired) {
	for _, w := range d.AccessLogs {
		if w.Off {
			continue
		}
		stage := w.API.Name + "/" + w.Stage
		s.journal.change(Change{Create, changeAccessLog, stage, w.Group, "access logging is off and its tags ask for logs"})
		if s.opt.DryRun {
			continue
		}
		if err := s.makeGroup(ctx, d, w.Group); err != nil {
			s.failed(ctx, stage, "CreateLogGroup", err)
			d.dropFilter(w.Group)
			continue
		}
		err := s.meter.Call(ctx, quota.PutRetentionPolicy, func() error { return s.cloud.RetainLogGroup(ctx, w.Group, accessLogDays) })
		if err != nil { // without it the group would grow for ever: the stage stays as it is
			s.failed(ctx, stage, "PutRetentionPolicy", err)
			d.dropFilter(w.Group)
			continue
		}
		log := inventory.AccessLog{Destination: s.place.LogGroupARN(w.Group), Format: formatFor(w.API.Protocol)}
		if err := s.meter.Call(ctx, quota.APIGatewayUpdates, func() error { return s.cloud.SetAccessLog(ctx, w.API, w.Stage, log) }); err != nil {
			s.failed(ctx, stage, "UpdateStage", err)
			d.dropFilter(w.Group)
		}
	}
}

// makeGroup makes a log group with our owner mark, or finds it made by us before.
func (s *sweep) makeGroup(ctx context.Context, d *Desired, name string) error {
	err := s.meter.Call(ctx, quota.CreateLogGroup, func() error {
		return s.cloud.CreateLogGroup(ctx, name, inventory.NewTags(inventory.Tag{Key: ownerTag, Value: s.cfg.Deployment}))
	})
	if quota.Code(err) != "ResourceAlreadyExistsException" {
		return err
	}
	arn := s.place.LogGroupARN(name)
	tags, unread := s.tagsOf(ctx, quota.LogsListTags, arn, func() (inventory.Tags, error) { return s.cloud.LogGroupTags(ctx, arn) })
	if unread || !d.Owns(tags) {
		return errNotOurGroup
	}
	return nil
}

// switchAccessLogsOff takes back what switchAccessLogsOn did, but for the log group: a tag
// removed by mistake must not cost a team its access logs. It goes at the end of it all.
func (s *sweep) switchAccessLogsOff(ctx context.Context, d *Desired) {
	switched, failed := map[string]bool{}, map[string]bool{} // by log group
	for _, w := range d.AccessLogs {
		switched[w.Group] = true
		if w.Off && !s.switchOff(ctx, w) {
			failed[w.Group] = true
		}
	}
	if !d.listed || s.scope != nil {
		return // another stage may write there
	}
	for _, group := range d.made {
		used := d.inUse(group)
		switch {
		case s.opt.Destroy && !used && !failed[group]:
			s.deleteMade(ctx, group)
		case s.opt.Destroy && used:
			s.keptGroup(group, "a stage's access log, changed by someone else, goes there")
		case !used && !switched[group]:
			s.keptGroup(group, fmt.Sprintf("Seamark made it for an access log that is off now; what it holds expires after %d days; delete it when nobody needs it", accessLogDays))
		}
	}
}

func (s *sweep) keptGroup(group, why string) {
	s.journal.find(Finding{Resource: s.place.LogGroupARN(group), Problem: "kept: " + why})
}

// switchOff reports whether the stage's access log is off now.
func (s *sweep) switchOff(ctx context.Context, w WantedAccessLog) bool {
	stage := w.API.Name + "/" + w.Stage
	why := "its tags no longer ask for logs; the log group stays, with what it holds"
	if s.opt.Destroy {
		why = "Seamark switched it on"
	}
	s.journal.change(Change{Delete, changeAccessLog, stage, w.Group, why})
	if s.opt.DryRun {
		return true
	}
	err := s.meter.Call(ctx, quota.APIGatewayUpdates, func() error { return s.cloud.SetAccessLog(ctx, w.API, w.Stage, inventory.AccessLog{}) })
	if err != nil && quota.Judge(err) != quota.Gone {
		s.failed(ctx, stage, "UpdateStage", err)
		return false
	}
	return true
}

func (s *sweep) deleteMade(ctx context.Context, group string) {
	s.journal.change(Change{Delete, changeLogGroup, group, group, "Seamark made it for an access log; what it holds goes with it"})
	if s.opt.DryRun {
		return
	}
	err := s.meter.Call(ctx, quota.DeleteLogGroup, func() error { return s.cloud.DeleteLogGroup(ctx, group) })
	if err != nil && quota.Judge(err) != quota.Gone {
		s.failed(ctx, group, "DeleteLogGroup", err)
		return
	}
	s.forget(group)
}
