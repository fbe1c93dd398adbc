package cloudwatch

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/seamark-hq/seamark/alerter/words"
)

// metric is what an alarm looks at: one metric, or what a formula makes of several.
type metric struct {
	namespace, name string
	statistic       string // "Average", "Sum", "p99"
	unit            string // AWS's word, often empty
	label           string // of the formula's result
	expression      string // the formula whose result is compared; empty for a single metric
	period          float64
	dimensions      dimensions
	account         string // whose metric it is, where a monitoring account looks at others'
}

// metricQuery is one entry of a formula: SNS writes MetricName, EventBridge name.
type metricQuery struct {
	ID         text     `json:"id"`
	Expression text     `json:"expression"`
	Label      text     `json:"label"`
	Period     number   `json:"period"`
	Return     *boolean `json:"returnData"`
	Account    text     `json:"accountId"`
	MetricStat struct {
		Metric struct {
			Name       text       `json:"name"`
			MetricName text       `json:"metricName"`
			Namespace  text       `json:"namespace"`
			Dimensions dimensions `json:"dimensions"`
		} `json:"metric"`
		Period number `json:"period"`
		Stat   text   `json:"stat"`
		Unit   text   `json:"unit"`
	} `json:"metricStat"`
}

// boolean is a JSON truth, also one in quotes.
type boolean bool

// UnmarshalJSON never fails.
func (b *boolean) UnmarshalJSON(raw []byte) error {
	*b = boolean(strings.Trim(string(raw), `"`) == "true")
	return nil
}

// flatMetric is how SNS's Trigger and DescribeAlarms name a single metric.
type flatMetric struct {
	MetricName        text
	Namespace         text
	Statistic         text
	ExtendedStatistic text
	Unit              text
	Period            number
	Dimensions        dimensions
	Metrics           list[metricQuery]
}

func (t flatMetric) metric() metric {
	if len(t.Metrics) > 0 {
		m := metricOf(t.Metrics)
		m.period = max(m.period, t.Period.v)
		return m
	}
	return metric{
		namespace: string(t.Namespace), name: string(t.MetricName), unit: string(t.Unit), period: t.Period.v, dimensions: t.Dimensions,
		statistic: statistic(string(cmp.Or(t.ExtendedStatistic, t.Statistic))),
	}
}

var insights = regexp.MustCompile(`(?i)^\s*SELECT\s+(\w+)\(\s*"?([^")]+)"?\s*\)\s+FROM\s+(?:SCHEMA\s*\(\s*)?"?([^",)\s]+)"?`)

// metricOf chooses what the alarm is about: the first metric with dimensions names the
// resource, the entry that returns data is what was compared.
func metricOf(queries []metricQuery) metric {
	var m metric
	stats := 0
	for _, q := range queries {
		s := q.MetricStat
		m.period = max(m.period, s.Period.v, q.Period.v)
		name := cmp.Or(s.Metric.Name, s.Metric.MetricName)
		if name == "" {
			continue
		}
		if stats++; m.name == "" || len(m.dimensions) == 0 && len(s.Metric.Dimensions) > 0 {
			m.namespace, m.name, m.dimensions = string(s.Metric.Namespace), string(name), s.Metric.Dimensions
			m.statistic, m.unit, m.account = statistic(string(s.Stat)), string(s.Unit), words.Clip(string(q.Account), 20)
		}
	}
	for _, q := range queries {
		e := string(q.Expression)
		if e == "" || strings.Contains(e, "ANOMALY_DETECTION_BAND") || q.Return != nil && !bool(*q.Return) {
			continue
		}
		m.expression, m.label = words.Clip(e, 2048), words.Clip(string(q.Label), 256)
		if p := insights.FindStringSubmatch(e); p != nil && m.name == "" {
			m.statistic, m.name, m.namespace, m.expression = statistic(p[1]), strings.TrimSpace(p[2]), p[3], ""
		}
	}
	return m
}

// add takes over what only the data beside a reason say.
func (m *metric) add(d reasonData) {
	if m.period == 0 {
		m.period = d.Period.v
	}
	if m.unit == "" && m.expression == "" {
		m.unit = string(d.Unit)
	}
	if m.statistic == "" {
		m.statistic = statistic(string(d.Statistic))
	}
}

// statistic writes AWS's words one way: SNS says AVERAGE and SAMPLE_COUNT.
func statistic(s string) string {
	switch strings.ReplaceAll(strings.ToUpper(s), "_", "") {
	case "AVERAGE", "AVG":
		return "Average"
	case "SUM":
		return "Sum"
	case "MAXIMUM", "MAX":
		return "Maximum"
	case "MINIMUM", "MIN":
		return "Minimum"
	case "SAMPLECOUNT", "COUNT":
		return "SampleCount"
	}
	return words.Clip(s, 40)
}

// words says what was looked at: "AWS/EC2 CPUUtilization, Average".
func (m metric) words() string {
	if m.name == "" {
		return words.Line(cmp.Or(m.label, m.expression), 120)
	}
	s := strings.TrimSpace(m.namespace + " " + m.name)
	switch {
	case m.expression != "" && m.label != "" && m.label != m.expression:
		s += ", " + m.label
	case m.expression != "":
		s += ", as " + words.Line(m.expression, 80)
	case m.statistic != "":
		s += ", " + m.statistic
	}
	return words.Clip(s, 512)
}

// parts are the dimensions that name a resource, most specific services first. The first
// line whose first dimension is there names it, joined by slashes; of several with that
// first dimension the one that names most.
var parts = [][]string{
	{"ApiName", "Stage", "Method", "Resource"}, {"ApiId", "Stage", "Method", "Resource"}, {"FunctionName"}, {"function_name"},
	{"TargetGroup"}, {"LoadBalancer"}, {"LoadBalancerName"},
	{"ServiceName", "ServiceId"}, {"ClusterName", "Namespace", "Service"}, {"ClusterName", "Namespace", "PodName", "ContainerName"}, {"ClusterName", "NodeName"},
	{"ClusterName", "ServiceName"}, {"DBInstanceIdentifier"}, {"DBClusterIdentifier", "Role"}, {"QueueName"}, {"TopicName"},
	{"TableName", "GlobalSecondaryIndexName", "Operation"}, {"DeliveryStreamName"}, {"StreamName", "ConsumerName"}, {"StateMachineArn"}, {"ActivityArn"},
	{"DomainName"}, {"CollectionName"}, {"CacheClusterId", "CacheNodeId"}, {"ReplicationGroupId"}, {"clusterId"}, {"ClusterIdentifier", "NodeID"},
	{"InstanceId", "path"}, {"InstanceId", "disk"}, {"InstanceId", "instance"}, {"AutoScalingGroupName"}, {"VolumeId"}, {"FileSystemId"}, {"NatGatewayId"},
	{"VpnId", "TunnelIpAddress"}, {"VpnId"}, {"TunnelIpAddress"}, {"TransitGateway", "TransitGatewayAttachment"}, {"ConnectionId"}, {"VirtualInterfaceId"}, {"VPC Endpoint Id"},
	{"HealthCheckId"}, {"DistributionId"}, {"BucketName"}, {"RuleName"}, {"EventBusName"}, {"CertificateArn"}, {"WebACL", "Rule"},
	{"UserPool", "UserPoolClient"}, {"GraphQLAPIId"}, {"CanaryName", "StepName"}, {"JobName"}, {"JobId"}, {"Cluster Name", "Broker ID", "Topic"},
	{"Broker", "Queue"}, {"Broker", "Topic"}, {"ReplicationInstanceIdentifier", "ReplicationTaskIdentifier"}, {"ReplicationTaskIdentifier"},
	{"EndpointName", "VariantName"}, {"ModelId"}, {"LogGroupName"}, {"ProjectName"}, {"BackupVaultName"}, {"InstanceName"}, {"DirectoryId"}, {"WorkspaceId"},
	{"ServerId"}, {"GatewayId"}, {"TrailName"}, {"KeyId"}, {"RepositoryName"}, {"JobQueue"}, {"SecretId"}, {"host"}, {"Service"},
}

// notResource are dimensions that split a metric without naming anything.
var notResource = map[string]bool{
	"Currency": true, "Region": true, "ClientId": true, "StorageType": true, "FilterId": true, "ImageId": true, "InstanceType": true,
	"AvailabilityZone": true, "fstype": true, "device": true, "cpu": true, "EngineName": true, "DatabaseClass": true,
}

var hexTail = regexp.MustCompile(`/[0-9a-f]{16}$`)

// resource names what the metric is of; empty where its dimensions name nothing.
func (m metric) resource() string {
	d := m.dimensions
	if d["ClusterName"] != "" && d["ServiceName"] != "" {
		return d["ClusterName"] + "/" + d["ServiceName"]
	}
	var best []string
	for _, line := range parts {
		if d[line[0]] == "" || best != nil && line[0] != best[0] {
			continue
		}
		if best == nil || d.named(line) > d.named(best) {
			best = line
		}
	}
	if best == nil {
		return m.otherDimensions()
	}
	var named []string
	for _, key := range best {
		if v := d[key]; v != "" {
			named = append(named, plainValue(v))
		}
	}
	return strings.Join(named, "/")
}

// named counts the dimensions of line that are there.
func (d dimensions) named(line []string) int {
	n := 0
	for _, key := range line {
		if d[key] != "" {
			n++
		}
	}
	return n
}

// otherDimensions names a resource of a namespace that is not AWS's: the one value, or all pairs.
func (m metric) otherDimensions() string {
	rest := map[string]string{}
	for k, v := range m.dimensions {
		if v != "" && (!notResource[k] || len(m.dimensions) == 1 && k != "Currency") {
			rest[k] = v
		}
	}
	if len(rest) == 1 {
		for _, v := range rest {
			return plainValue(v)
		}
	}
	return pairs(rest)
}

// plainValue shortens what AWS put into a dimension: an ARN to its resource, a load
// balancer to its name.
func plainValue(v string) string {
	if p := strings.SplitN(v, ":", 6); len(p) == 6 && p[0] == "arn" {
		v = p[5]
		if i := strings.LastIndexByte(v, ':'); i >= 0 && i < len(v)-1 {
			v = v[i+1:]
		}
	}
	return hexTail.ReplaceAllString(v, "")
}

// logGroups are where the resource writes its lines, for services whose groups are named
// after it.
func (m metric) logGroups() []string {
	d := m.dimensions
	for _, by := range []struct{ namespace, dimension, prefix string }{
		{"AWS/Lambda", "FunctionName", "/aws/lambda/"}, {"LambdaInsights", "function_name", "/aws/lambda/"},
		{"AWS/Logs", "LogGroupName", ""}, {"AWS/CodeBuild", "ProjectName", "/aws/codebuild/"},
	} {
		if m.namespace == by.namespace && d[by.dimension] != "" {
			return []string{by.prefix + words.Clip(d[by.dimension], 400)}
		}
	}
	return nil
}
