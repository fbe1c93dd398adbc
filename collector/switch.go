package collector

import (
	"context"
	"errors"
)

// errNotOurGroup says that the log group for an access log exists, made by someone else.
var errNotOurGroup = errors.New("the log group exists and is not ours; set the stage's access log by hand, or delete the group")

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
		log := AccessLog{Destination: s.place.LogGroupARN(w.Group), Format: formatFor(w.API.Protocol)}
		if err := s.meter.call(ctx, apiGatewayUpdates, func() error { return s.cloud.SetAccessLog(ctx, w.API, w.Stage, log) }); err != nil {
			s.failed(ctx, stage, "UpdateStage", err)
		}
	}
}

// makeGroup makes a log group with our owner mark, or finds it made by us before.
func (s *sweep) makeGroup(ctx context.Context, d *Desired, name string) error {
	err := s.meter.call(ctx, createLogGroup, func() error {
		return s.cloud.CreateLogGroup(ctx, name, NewTags(Tag{ownerTag, s.cfg.Deployment}))
	})
	if errorCode(err) != "ResourceAlreadyExistsException" {
		return err
	}
	arn := s.place.LogGroupARN(name)
	tags, unread := s.tagsOf(ctx, logsListTags, arn, func() (Tags, error) { return s.cloud.LogGroupTags(ctx, arn) })
	if unread || !d.owns(tags) {
		return errNotOurGroup
	}
	return nil
}

// switchAccessLogsOff takes back what switchAccessLogsOn did: everything that was in the
// group was forwarded, and lies in the bucket.
func (s *sweep) switchAccessLogsOff(ctx context.Context, d *Desired) {
	for _, w := range d.AccessLogs {
		if !w.Off {
			continue
		}
		stage := w.API.Name + "/" + w.Stage
		s.journal.change(Change{Delete, changeAccessLog, stage, w.Group, "its tags no longer ask for logs"})
		if s.opt.DryRun {
			continue
		}
		err := s.meter.call(ctx, apiGatewayUpdates, func() error { return s.cloud.SetAccessLog(ctx, w.API, w.Stage, AccessLog{}) })
		if err != nil && judge(err) != gone {
			s.failed(ctx, stage, "UpdateStage", err)
			continue
		}
		err = s.meter.call(ctx, deleteLogGroup, func() error { return s.cloud.DeleteLogGroup(ctx, w.Group) })
		if err != nil && judge(err) != gone {
			s.failed(ctx, w.Group, "DeleteLogGroup", err)
			continue
		}
		s.forget(w.Group)
	}
}
