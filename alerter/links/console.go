package links

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// consoleHosts are the hosts of the AWS console in each partition. Behind a region's name
// they answer for that region; China and GovCloud have one for all of theirs
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html names the partitions;
// the isolated ones and the European one follow their sign-in hosts in AWS's SDKs).
var consoleHosts = map[string]struct {
	host     string
	regional bool
}{
	"aws":        {"console.aws.amazon.com", true},
	"aws-cn":     {"console.amazonaws.cn", false},
	"aws-us-gov": {"console.amazonaws-us-gov.com", false},
	"aws-eusc":   {"console.amazonaws-eusc.eu", true},
	"aws-iso":    {"console.c2shome.ic.gov", true},
	"aws-iso-b":  {"console.sc2shome.sgov.gov", true},
	"aws-iso-e":  {"console.csphome.adc-e.uk", true},
	"aws-iso-f":  {"console.csphome.hci.ic.gov", true},
}

var regionName = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$`)

// consolePage is the address of a page of the CloudWatch console, wrapped in the access
// portal when there is one. The partition follows from the region.
func (l Config) consolePage(region, account, fragment string) string {
	if !regionName.MatchString(region) {
		return ""
	}
	at := consoleHosts[seamark.PartitionOf(region)]
	host := at.host
	if at.regional {
		host = region + "." + host
	}
	page := "https://" + host + "/cloudwatch/home?region=" + region + "#" + fragment
	portal := Web(l.AWSPortal)
	if portal == "" || account == "" {
		return page
	}
	portal = strings.TrimSuffix(strings.TrimRight(portal, "/#"), "/")
	wrap := portal + "/#/console?account_id=" + url.QueryEscape(account)
	if l.AWSRole != "" {
		wrap += "&role_name=" + url.QueryEscape(l.AWSRole)
	}
	return wrap + "&destination=" + url.QueryEscape(page)
}

// alarm leads to a CloudWatch alarm in its own account and region.
func (l Config) alarm(a seamark.Alarm) string {
	_, region, account, _, ok := seamark.SplitARN(a.ARN)
	if !ok {
		return ""
	}
	return l.consolePage(region, account, "alarmsV2:alarm/"+dollar(url.PathEscape(a.Name)))
}

// dollar turns percent-encoding into the $-encoding of the console's fragments, in which a
// dollar itself is encoded too.
func dollar(s string) string { return strings.NewReplacer("%", "$", "$", "$24").Replace(s) }

// maxGroups bounds the log groups of one Logs Insights link; the console takes 50.
const maxGroups = 5

// defaultQuery finds the lines of errors.
const defaultQuery = "fields @timestamp, @message, @logStream\n| filter @message like /(?i)error|exception|fatal/\n| sort @timestamp desc\n| limit 200"

// insights leads to CloudWatch Logs Insights over the log groups of the error patterns,
// in the account and region of the most frequent one; without patterns over those of the
// alarms, with the alarm's own query where it has one.
func (l Config) insights(in *seamark.Incident, span seamark.Span) string {
	var region, account string
	var groups []any
	query := defaultQuery
	add := func(group, inRegion, inAccount string) {
		if group == "" || inRegion == "" || inAccount == "" {
			return
		}
		if account == "" {
			account, region = inAccount, inRegion
		}
		arn := "arn:" + seamark.PartitionOf(region) + ":logs:" + region + ":" + account + ":log-group:" + group
		if inAccount == account && inRegion == region && len(groups) < maxGroups && !slices.Contains(groups, any(arn)) {
			groups = append(groups, arn)
		}
	}
	for _, p := range in.Patterns {
		if r := p.Sample.Log; r != nil {
			add(r.Source, r.Region, r.AccountID)
		}
	}
	for _, a := range in.Alarms {
		if len(in.Patterns) > 0 && len(groups) > 0 {
			break
		}
		for _, group := range a.LogGroups {
			add(group, a.Scope.Region, a.Scope.AccountID)
		}
		if a.Query != "" && len(groups) > 0 {
			query = a.Query
			break
		}
	}
	if len(groups) == 0 {
		return ""
	}
	detail := jsurl([]pair{
		{"end", iso(span.To)}, {"start", iso(span.From)}, {"timeType", "ABSOLUTE"}, {"tz", "UTC"},
		{"editorString", query},
		{"source", groups}, {"lang", "CWLI"}, {"logClass", "STANDARD"}, {"queryBy", "logGroupName"},
	})
	return l.consolePage(region, account, "logsV2:logs-insights$3FqueryDetail$3D"+detail)
}
