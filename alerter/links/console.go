package links

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// console is the host of the AWS console in each partition
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html names the partitions).
func consoleHost(partition string) string {
	switch partition {
	case "aws":
		return "console.aws.amazon.com"
	case "aws-cn":
		return "console.amazonaws.cn"
	case "aws-us-gov":
		return "console.amazonaws-us-gov.com"
	}
	return ""
}

// partitionOf tells the partition from a region's name.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$`)

// consolePage is the address of a page of the CloudWatch console, wrapped in the access
// portal when there is one. The partition follows from the region.
func (l Config) consolePage(region, account, fragment string) string {
	if !regionName.MatchString(region) {
		return ""
	}
	host := consoleHost(partitionOf(region))
	if partitionOf(region) == "aws" {
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

// dollar turns percent-encoding into the $-encoding of the console's fragments.
func dollar(s string) string { return strings.ReplaceAll(s, "%", "$") }

// maxGroups bounds the log groups of one Logs Insights link; the console takes 50.
const maxGroups = 5

// insights leads to CloudWatch Logs Insights over the log groups of the error patterns,
// in the account and region of the most frequent one.
func (l Config) insights(in *seamark.Incident, span seamark.Span) string {
	var region, account string
	var groups []any
	for _, p := range in.Patterns {
		r := p.Sample.Log
		if r == nil || r.Source == "" || r.Region == "" || r.AccountID == "" {
			continue
		}
		if account == "" {
			account, region = r.AccountID, r.Region
		}
		arn := "arn:" + partitionOf(region) + ":logs:" + region + ":" + account + ":log-group:" + r.Source
		if r.AccountID == account && r.Region == region && len(groups) < maxGroups && !slices.Contains(groups, any(arn)) {
			groups = append(groups, arn)
		}
	}
	if len(groups) == 0 {
		return ""
	}
	detail := jsurl([]pair{
		{"end", iso(span.To)}, {"start", iso(span.From)}, {"timeType", "ABSOLUTE"}, {"tz", "UTC"},
		{"editorString", "fields @timestamp, @message, @logStream\n| filter @message like /(?i)error|exception|fatal/\n| sort @timestamp desc\n| limit 200"},
		{"source", groups}, {"lang", "CWLI"}, {"logClass", "STANDARD"}, {"queryBy", "logGroupName"},
	})
	return l.consolePage(region, account, "logsV2:logs-insights$3FqueryDetail$3D"+detail)
}
