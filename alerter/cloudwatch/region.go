package cloudwatch

import (
	"regexp"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// regionNames are the names for people that SNS messages carry, by region. AWS has renamed
// Europe's from EU to Europe; both are met.
var regionNames = map[string]string{
	"US East (N. Virginia)": "us-east-1", "US East (Ohio)": "us-east-2", "US West (N. California)": "us-west-1", "US West (Oregon)": "us-west-2",
	"Canada (Central)": "ca-central-1", "Canada West (Calgary)": "ca-west-1", "Mexico (Central)": "mx-central-1", "South America (Sao Paulo)": "sa-east-1",
	"South America (São Paulo)": "sa-east-1", "EU (Ireland)": "eu-west-1", "EU (London)": "eu-west-2", "EU (Paris)": "eu-west-3",
	"EU (Frankfurt)": "eu-central-1", "EU (Zurich)": "eu-central-2", "EU (Stockholm)": "eu-north-1", "EU (Milan)": "eu-south-1", "EU (Spain)": "eu-south-2",
	"Asia Pacific (Tokyo)": "ap-northeast-1", "Asia Pacific (Seoul)": "ap-northeast-2", "Asia Pacific (Osaka)": "ap-northeast-3",
	"Asia Pacific (Osaka-Local)": "ap-northeast-3", "Asia Pacific (Mumbai)": "ap-south-1", "Asia Pacific (Hyderabad)": "ap-south-2",
	"Asia Pacific (Singapore)": "ap-southeast-1", "Asia Pacific (Sydney)": "ap-southeast-2", "Asia Pacific (Jakarta)": "ap-southeast-3",
	"Asia Pacific (Melbourne)": "ap-southeast-4", "Asia Pacific (Malaysia)": "ap-southeast-5", "Asia Pacific (New Zealand)": "ap-southeast-6",
	"Asia Pacific (Thailand)": "ap-southeast-7", "Asia Pacific (Hong Kong)": "ap-east-1", "Asia Pacific (Taipei)": "ap-east-2",
	"Africa (Cape Town)": "af-south-1", "Middle East (Bahrain)": "me-south-1", "Middle East (UAE)": "me-central-1", "Israel (Tel Aviv)": "il-central-1",
	"China (Beijing)": "cn-north-1", "China (Ningxia)": "cn-northwest-1", "AWS GovCloud (US)": "us-gov-west-1", "AWS GovCloud (US-West)": "us-gov-west-1",
	"AWS GovCloud (US-East)": "us-gov-east-1", "US ISO East": "us-iso-east-1", "US ISO West": "us-iso-west-1", "US ISOB East (Ohio)": "us-isob-east-1",
	"EU ISOE West": "eu-isoe-west-1", "AWS European Sovereign Cloud (Germany)": "eusc-de-east-1", "EUSC (Germany)": "eusc-de-east-1",
	"EU (Germany)": "eusc-de-east-1", "US ISOB West": "us-isob-west-1", "US ISOF EAST": "us-isof-east-1", "US ISOF SOUTH": "us-isof-south-1",
}

var regionCode = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$`)

// regionByName is the region's code where the name is known, else the name itself. Until
// 2017 the names were written "US West - Oregon" and "US - N. Virginia".
func regionByName(name string) string {
	name = strings.TrimSpace(name)
	plain := strings.Replace(name, "Europe (", "EU (", 1)
	if area, city, old := strings.Cut(name, " - "); old {
		plain = area + " (" + city + ")"
	}
	if plain == "US (N. Virginia)" || plain == "US Standard" {
		return "us-east-1"
	}
	if code := regionNames[plain]; code != "" {
		return code
	}
	for known, code := range regionNames { // "US ISO EAST"
		if strings.EqualFold(known, plain) {
			return code
		}
	}
	if code := strings.ToLower(name); regionCode.MatchString(code) { // "US-East-2"
		return code
	}
	return name
}

// regionOfARNs is the region of the first ARN that has one.
func regionOfARNs(arns ...text) string {
	for _, arn := range arns {
		if _, region, _, _, ok := seamark.SplitARN(string(arn)); ok && region != "" {
			return region
		}
	}
	return ""
}

// alarmARN writes the ARN that an alarm must have; empty while a part is unknown.
func alarmARN(region, account, name string) string {
	if region == "" || account == "" || name == "" || strings.ContainsAny(region, " ():") {
		return ""
	}
	return "arn:" + seamark.PartitionOf(region) + ":cloudwatch:" + region + ":" + account + ":alarm:" + name
}
