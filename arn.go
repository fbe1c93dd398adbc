package seamark

import "strings"

// SplitARN takes arn:<partition>:<service>:<region>:<account>:<resource> apart. Region and
// account may be empty; ok says whether arn has the shape of one
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
func SplitARN(arn string) (partition, region, account, resource string, ok bool) {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 || p[0] != "arn" {
		return "", "", "", "", false
	}
	return p[1], p[3], p[4], p[5], true
}

// IsAccountID reports whether s is written as the number of an AWS account: twelve digits.
func IsAccountID(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// PartitionOf tells the partition from a region's name
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
func PartitionOf(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"}, {"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}
