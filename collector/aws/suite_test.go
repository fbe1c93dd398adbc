package aws_test

import (
	"testing"

	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/cloudtest"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// ministackGaps are what MiniStack 1.5.33 does otherwise than AWS.
var ministackGaps = []cloudtest.Gap{
	gap("a filter is replaced by its name", "created:", "a filter that is replaced counts as made anew"),
	gap("a filter keeps its system fields", "System:", "EmitSystemFields is dropped"),
	gap("a filter's name has no colon", "a:b: <nil>", "names of filters are not looked at"),
	gap("the limit of filters, at which one is still replaced", "a dozen filters: <nil>", "filters are not limited"),
	gap("no filter on infrequent access", "put: <nil>", "a log group's class does not matter to filters"),
	gap("REST: an API that is tagged later is listed so", "listed:", "GetRestApis shows the tags with which an API was made"),
	gap("HTTP: an API that is tagged later is listed so", "listed:", "GetApis shows the tags with which an API was made"),
	gap("HTTP: access logging is switched on, changed and off", "1 stages left", "DeleteAccessLogSettings deletes the stage"),
	gap("the tagging API lists log groups", "log-group:/app", "GetResources knows no log groups"),
	gap("the tagging API lists alarms", "alarm:seamark/", "GetResources knows no alarms"),
	gap("an alarm over a percentile", "LowSamples:", "EvaluateLowSampleCountPercentile is dropped"),
	gap("an alarm over metric math", "Queries:", "Metrics is dropped"),
	gap("deleting an alarm that is not there", "deleted: <nil>", "DeleteAlarms takes any name"),
	gap("an alarm needs a valid period", "7 s: <nil>", "periods are not looked at"),
	gap("history is filtered by a pattern", `{"level":"INFO","n":2}`, "FilterLogEvents evaluates no JSON pattern"),
}

func TestMiniStack(t *testing.T) {
	cloudtest.Run(t, subject(t, emulator(t, servertest.MiniStack(t)), ministackGaps, aws.Options{}))
}

// localemuGaps are what LocalEmu 1.3.2 does otherwise than AWS.
var localemuGaps = []cloudtest.Gap{
	gap("log groups come in pages of 50", "a page of 120", "DescribeLogGroups has one page"),
	gap("a log group has its class", "Class:STANDARD", "a log group's class is forgotten"),
	gap("tags of a log group that is not there", "tags: <nil>", "any ARN has tags"),
	gap("a filter to another account's destination", noDestination, "no filter to a Logs destination is taken"),
	gap("a filter is replaced by its name", noDestination, "no filter to a Logs destination is taken"),
	gap("a filter keeps its role", noDestination, "no filter to a Logs destination is taken"),
	gap("a filter keeps its system fields", noDestination, "no filter to a Logs destination is taken"),
	gap("filters are deleted by name", noDestination, "no filter to a Logs destination is taken"),
	gap("the limit of filters, at which one is still replaced", noDestination, "no filter to a Logs destination is taken"),
	gap("a filter's name has no colon", noDestination, "no filter to a Logs destination is taken"),
	gap("no filter on infrequent access", noDestination, "no filter to a Logs destination is taken"),
	gap("REST: an API that is tagged later is listed so", "listed:", "GetRestApis shows the tags with which an API was made"),
	gap("HTTP: access logging is switched on, changed and off", "update_stage action has not been implemented", "UpdateStage of HTTP APIs is not there"),
	gap("HTTP: access log of a stage that is not there", "update_stage action has not been implemented", "UpdateStage of HTTP APIs is not there"),
	gap("the tagging API lists log groups", "log-group:/app", "GetResources is always empty"),
	gap("the tagging API lists functions", "function:f", "GetResources is always empty"),
	gap("the tagging API lists alarms", "alarm:seamark/", "GetResources is always empty"),
	gap("alarms are listed by prefix, 100 a page", "a page of 120 alarms", "DescribeAlarms has one page"),
	gap("tags go with a new alarm only", "seamark:owner", "PutMetricAlarm sets the tags of an alarm that is there"),
	gap("deleting an alarm that is not there", "deleted: <nil>", "DeleteAlarms takes any name"),
	gap("tags of an alarm that is not there", "read: <nil>", "any ARN has tags"),
	gap("a composite's children must be there", "put: <nil>", "rules are not looked at"),
	gap("a child goes after its composite", "a child: <nil>", "rules are not looked at"),
	gap("composites go one at a time", "two at once: <nil>", "DeleteAlarms takes any names"),
}

const noDestination = "cannot work with destinationArn for vendor logs"

func TestLocalEmu(t *testing.T) {
	cloudtest.Run(t, subject(t, emulator(t, servertest.LocalEmu(t)), localemuGaps, aws.Options{}))
}

func gap(check, fails, why string) cloudtest.Gap {
	return cloudtest.Gap{Check: check, Fails: fails, Why: why}
}
