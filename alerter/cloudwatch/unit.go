package cloudwatch

import (
	"regexp"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Units, as words.Quantity knows them.
const (
	ratio   = "ratio"
	count   = "count"
	percent = "percent"
	ms      = "ms"
	us      = "us"
	secs    = "s"
	bytesU  = "bytes"
)

// awsUnits are CloudWatch's StandardUnits. What is not here is written as AWS says it.
var awsUnits = map[string]string{
	"Percent": percent, "Seconds": secs, "Milliseconds": ms, "Microseconds": us, "Bytes": bytesU, "Count": count,
	"Kilobytes": "KB", "Megabytes": "MB", "Gigabytes": "GB", "Terabytes": "TB", "Bits": "bits",
	"Kilobits": "Kbit", "Megabits": "Mbit", "Gigabits": "Gbit", "Terabits": "Tbit", "Bytes/Second": "bytes/s",
	"Kilobytes/Second": "KB/s", "Megabytes/Second": "MB/s", "Gigabytes/Second": "GB/s", "Terabytes/Second": "TB/s",
	"Bits/Second": "bits/s", "Kilobits/Second": "Kbit/s", "Megabits/Second": "Mbit/s", "Gigabits/Second": "Gbit/s",
	"Terabits/Second": "Tbit/s", "Count/Second": "/s",
}

// metricUnits are metrics of AWS whose unit their name does not tell. SNS messages seldom
// carry the unit (the pages "Available CloudWatch metrics" of each service do).
var metricUnits = map[string]string{
	"AWS/RDS ReadLatency": secs, "AWS/RDS WriteLatency": secs, "AWS/RDS CommitLatency": ms, "AWS/RDS SelectLatency": ms, "AWS/RDS DMLLatency": ms,
	"AWS/RDS ReplicaLag": secs, "AWS/RDS AuroraReplicaLag": ms, "AWS/RDS SwapUsage": bytesU, "AWS/RDS FreeableMemory": bytesU,
	"AWS/RDS ReadThroughput": "bytes/s", "AWS/RDS WriteThroughput": "bytes/s", "AWS/RDS BinLogDiskUsage": bytesU, "AWS/RDS TransactionLogsDiskUsage": bytesU,
	"AWS/RDS ReplicationSlotDiskUsage": bytesU, "AWS/RDS OldestReplicationSlotLag": bytesU, "AWS/RDS NetworkReceiveThroughput": "bytes/s",
	"AWS/RDS NetworkTransmitThroughput": "bytes/s", "AWS/RDS FreeLocalStorage": bytesU, "AWS/RDS BurstBalance": percent,
	"AWS/DocDB ReadLatency": ms, "AWS/DocDB WriteLatency": ms, "AWS/DocDB DBClusterReplicaLagMaximum": ms, "AWS/DocDB FreeableMemory": bytesU,
	"AWS/DocDB FreeLocalStorage": bytesU, "AWS/DocDB SwapUsage": bytesU, "AWS/ES FreeStorageSpace": "MB", "AWS/ES ClusterUsedSpace": "MB",
	"AWS/ES JVMMemoryPressure": percent, "AWS/ES SearchLatency": ms, "AWS/ES IndexingLatency": ms, "AWS/ES BurstBalance": percent,
	"AWS/ElastiCache SwapUsage": bytesU, "AWS/ElastiCache FreeableMemory": bytesU, "AWS/ElastiCache ReplicationLag": secs,
	"AWS/ElastiCache MemoryFragmentationRatio": "", "AWS/Redshift ReadLatency": secs, "AWS/Redshift WriteLatency": secs,
	"AWS/EBS BurstBalance": percent, "AWS/EBS VolumeIdleTime": secs, "AWS/EC2 NetworkIn": bytesU, "AWS/EC2 NetworkOut": bytesU,
	"AWS/EFS PermittedThroughput": "bytes/s", "AWS/FSx FreeStorageCapacity": bytesU, "AWS/FSx StorageUsed": bytesU, "AWS/S3 BucketSizeBytes": bytesU,
	"AWS/S3 FirstByteLatency": ms, "AWS/S3 TotalRequestLatency": ms, "AWS/S3 ReplicationLatency": secs,
	"AWS/ELB Latency": secs, "AWS/ApplicationELB TargetResponseTime": secs, "AWS/ApiGateway Latency": ms, "AWS/ApiGateway IntegrationLatency": ms,
	"AWS/AppSync Latency": ms, "AWS/CloudFront OriginLatency": ms, "AWS/CloudFront 4xxErrorRate": percent, "AWS/CloudFront 5xxErrorRate": percent,
	"AWS/CloudFront TotalErrorRate": percent, "AWS/CloudFront 401ErrorRate": percent, "AWS/CloudFront 403ErrorRate": percent,
	"AWS/CloudFront 404ErrorRate": percent, "AWS/CloudFront 502ErrorRate": percent, "AWS/CloudFront 503ErrorRate": percent, "AWS/CloudFront 504ErrorRate": percent,
	"AWS/CloudFront CacheHitRate": percent, "AWS/CloudFront FunctionExecutionErrors": count,
	"AWS/Lambda Duration": ms, "AWS/Lambda PostRuntimeExtensionsDuration": ms, "AWS/Lambda IteratorAge": ms, "AWS/Lambda AsyncEventAge": ms,
	"AWS/Lambda OffsetLag": count, "AWS/States ExecutionTime": ms, "AWS/States LambdaFunctionTime": ms, "AWS/States ActivityTime": ms,
	"AWS/DynamoDB SuccessfulRequestLatency": ms, "AWS/DynamoDB ReplicationLatency": ms, "AWS/DynamoDB AgeOfOldestUnreplicatedRecord": ms,
	"AWS/SQS ApproximateAgeOfOldestMessage": secs, "AWS/SNS PublishSize": bytesU, "AWS/Kinesis GetRecords.Latency": ms, "AWS/Kinesis PutRecord.Latency": ms,
	"AWS/Kinesis PutRecords.Latency": ms, "AWS/Kinesis GetRecords.Success": "", "AWS/Firehose DeliveryToS3.DataFreshness": secs,
	"AWS/Firehose DeliveryToS3.Success": ratio, "AWS/Firehose DeliveryToRedshift.Success": ratio, "AWS/Firehose DeliveryToHttpEndpoint.Success": ratio,
	"AWS/Firehose DeliveryToHttpEndpoint.DataFreshness": secs, "AWS/Firehose DeliveryToAmazonOpenSearchService.DataFreshness": secs,
	"AWS/Firehose DeliveryToAmazonOpenSearchService.Success": ratio, "AWS/Events IngestionToInvocationStartLatency": ms,
	"AWS/Route53 HealthCheckPercentageHealthy": percent, "AWS/Route53 ConnectionTime": ms, "AWS/Route53 TimeToFirstByte": ms, "AWS/Route53 SSLHandshakeTime": ms,
	"AWS/CertificateManager DaysToExpiry": "days", "AWS/Billing EstimatedCharges": "USD", "AWS/SES Reputation.BounceRate": ratio,
	"AWS/SES Reputation.ComplaintRate": ratio, "AWS/DX ConnectionBpsEgress": "bits/s", "AWS/DX ConnectionBpsIngress": "bits/s",
	"AWS/DX VirtualInterfaceBpsEgress": "bits/s", "AWS/DX VirtualInterfaceBpsIngress": "bits/s", "AWS/DX ConnectionLightLevelRx": "dBm", "AWS/DX ConnectionLightLevelTx": "dBm",
	"AWS/SageMaker ModelLatency": us, "AWS/SageMaker OverheadLatency": us, "AWS/Bedrock InvocationLatency": ms, "AWS/AmazonMQ TotalMessageCount": count,
	"AWS/Kafka KafkaDataLogsDiskUsed": percent, "AWS/Kafka RootDiskUsed": percent, "AWS/Kafka CpuUser": percent, "AWS/Kafka CpuSystem": percent, "AWS/Kafka CpuIdle": percent,
	"AWS/Kafka EstimatedMaxTimeLag": secs, "AWS/Kafka MemoryFree": bytesU, "AWS/Kafka HeapMemoryAfterGC": percent, "AWS/DMS CDCLatencySource": secs,
	"AWS/DMS CDCLatencyTarget": secs, "AWS/DMS FreeableMemory": bytesU, "AWS/DMS FreeMemory": bytesU, "AWS/DMS SwapUsage": bytesU, "AWS/DMS MemoryUsage": bytesU,
	"AWS/DMS FreeStorageSpace": bytesU, "AWS/AppRunner RequestLatency": ms, "AWS/TransitGateway PacketDropCountBlackhole": count,
	"AWS/NATGateway IdleTimeoutCount": count, "CloudWatchSynthetics Duration": ms, "CloudWatchSynthetics SuccessPercent": percent,
	"AWS/X-Ray ResponseTime": secs, "AWS/WorkSpaces InSessionLatency": ms, "AWS/CloudHSM HsmUnhealthy": count, "AWS/Usage CallCount": count,
	"System/Linux MemoryUtilization": percent, "LambdaInsights total_memory": "MB", "LambdaInsights used_memory_max": "MB", "LambdaInsights memory_utilization": percent,
	"LambdaInsights total_network": bytesU, "LambdaInsights init_duration": ms, "LambdaInsights duration": ms,
	"AWS/ECS CPUReservation": percent, "AWS/ECS MemoryReservation": percent, "AWS/ECS GPUReservation": percent,
	"ECS/ContainerInsights MemoryUtilized": "MB", "ECS/ContainerInsights MemoryReserved": "MB", "ECS/ContainerInsights NetworkRxBytes": "bytes/s",
	"ECS/ContainerInsights NetworkTxBytes": "bytes/s", "ECS/ContainerInsights EphemeralStorageUtilized": "GB",
	"AWS/EFS BurstCreditBalance": bytesU, "AWS/CodeBuild Duration": secs, "AWS/CodeBuild BuildDuration": secs, "AWS/CodeBuild QueuedDuration": secs,
	"AWS/RDS CheckpointLag": secs, "AWS/RDS OldestLogicalReplicationSlotLag": bytesU, "AWS/RDS BufferCacheHitRatio": percent,
	"AWS/RDS AuroraBinlogReplicaLag": secs, "AWS/RDS AuroraReplicaLagMaximum": ms, "AWS/RDS AuroraReplicaLagMinimum": ms,
	"AWS/RDS AuroraGlobalDBReplicationLag": ms, "AWS/RDS AuroraVolumeBytesLeftTotal": bytesU, "AWS/RDS FreeEphemeralStorage": bytesU,
	"AWS/RDS StorageNetworkReceiveThroughput": "bytes/s", "AWS/RDS StorageNetworkTransmitThroughput": "bytes/s", "AWS/RDS StorageNetworkThroughput": "bytes/s",
	"AWS/RDS NetworkThroughput": "bytes/s", "AWS/RDS InsertLatency": ms, "AWS/RDS UpdateLatency": ms, "AWS/RDS DeleteLatency": ms, "AWS/RDS DDLLatency": ms,
	"AWS/EBS VolumeTotalReadTime": secs, "AWS/EBS VolumeTotalWriteTime": secs, "AWS/EBS VolumeAvgReadLatency": ms, "AWS/EBS VolumeAvgWriteLatency": ms,
	"AWS/SQS SentMessageSize": bytesU, "AWS/SNS SMSMonthToDateSpentUSD": "USD", "AWS/SNS SMSSuccessRate": ratio, "AWS/Lambda UrlRequestLatency": ms,
	"AWS/ElastiCache CacheHitRate": percent, "AWS/MemoryDB ReplicationLag": secs, "AWS/MemoryDB FreeableMemory": bytesU, "AWS/MemoryDB SwapUsage": bytesU,
	"AWS/AmazonMQ HeapUsage": percent, "AWS/AmazonMQ RabbitMQMemUsed": bytesU, "AWS/AmazonMQ RabbitMQMemLimit": bytesU, "AWS/AmazonMQ RabbitMQDiskFree": bytesU,
	"AWS/Neptune BufferCacheHitRatio": percent, "AWS/DocDB BufferCacheHitRatio": percent, "AWS/DocDB DBInstanceReplicaLag": ms,
	"AWS/Kafka KafkaAppLogsDiskUsed": percent, "AWS/Kafka MemoryUsed": bytesU, "AWS/Kafka EstimatedTimeLag": secs, "AWS/Redshift QueryDuration": us,
	"AWS/ES ReadLatency": secs, "AWS/ES WriteLatency": secs, "AWS/Connect LongestQueueWaitTime": secs, "AWS/ApplicationSignals Latency": ms,
	"AWS/ElasticBeanstalk ApplicationLatencyP99": secs, "AWS/ElasticBeanstalk ApplicationLatencyP95": secs, "AWS/ElasticBeanstalk ApplicationLatencyP90": secs,
	"AWS/ElasticBeanstalk ApplicationLatencyP50": secs, "AWS/ElasticBeanstalk RootFilesystemUtil": percent,
}

// byName are the endings of names that tell the unit, in the order in which they are tried.
var byName = []struct {
	re   *regexp.Regexp
	unit string
}{
	{regexp.MustCompile(`%`), percent}, // the Windows agent's counters, RDS's EBSIOBalance%
	{regexp.MustCompile(`(?i)bytes(in|out)?persec(ond)?$|bytes/sec(ond)?$`), "bytes/s"},
	{regexp.MustCompile(`(?i)persec(ond)?$|/sec(ond)?$`), "/s"},
	{regexp.MustCompile(`(?i)([^a-z]|^)mbytes$|megabytes$|_mb$`), "MB"},
	{regexp.MustCompile(`(?i)([^a-z]|^)kbytes$|kilobytes$|_kb$`), "KB"},
	{regexp.MustCompile(`(?i)gigabytes$|_gb$`), "GB"},
	{regexp.MustCompile(`(?i)(utili[sz]ation|percent(age)?(used|free|healthy|usage)?|_percent|percentusage|pressure|_pct)$`), percent},
	{regexp.MustCompile(`(?i)^percent|percentage`), percent},
	{regexp.MustCompile(`(CPUUser|CPUSystem|CPUWait|CPUIdle|IOLimit)$|^(cpu_usage|mem_used_percent|disk_used_percent|swap_used_percent)`), percent},
	{regexp.MustCompile(`(?i)(bytes(in|out|processed|used|free|read|written|downloaded|uploaded|sent|received|total|fromsource|todestination|fromdestination|tosource)?(from\w+|to\w+)?)$|_bytes$|freestoragespace$|freeablememory$|storagespace$|^VolumeBytesUsed`), bytesU},
	{regexp.MustCompile(`^Bytes[A-Z]|^(mem|swap|disk)_(available|free|used|total|cached|buffered|active|inactive)$|memory_(rss|vms|swap|data|locked|stack|working_set)$`), bytesU},
	{regexp.MustCompile(`(?i)(millis(econds)?|_ms)$|millis(econds)?behind|(?-i:[a-z]Ms(Mean)?)$`), ms},
	{regexp.MustCompile(`DataFreshness$`), secs},
	{regexp.MustCompile(`(?i)micros(econds)?$`), us},
	{regexp.MustCompile(`(?i)([^l]|^)seconds$|_secs?$`), secs},
}

var (
	division   = regexp.MustCompile(`/\s*(?:\(|[A-Za-z])`)
	hundred    = regexp.MustCompile(`\*\s*100\b|\b100(?:\.0)?\s*\*`)
	perSecond  = regexp.MustCompile(`^\s*RATE\([^()]*\)\s*$`)
	percentish = regexp.MustCompile(`%|(?i)\bpercent`)
)

// unitFor says what the alarm's value counts.
func (m metric) unitFor(a seamark.Alarm) string {
	failures := m.name == "4XXError" || m.name == "5XXError" || m.name == "Errors" || m.name == "Throttles" || m.name == "4xx" || m.name == "5xx"
	switch {
	case m.expression == "" && (m.statistic == "SampleCount" || strings.HasPrefix(m.statistic, "TC(")):
		return count
	case m.expression == "" && strings.HasPrefix(m.statistic, "PR("): // the share of samples in a range
		return percent
	case m.expression != "":
		return m.formulaUnit(a)
	case m.namespace == "AWS/ApiGateway" || m.namespace == "AWS/Lambda":
		if failures && m.statistic == "Average" { // of zeros and ones
			return ratio
		}
		if failures && m.statistic != "" {
			return count
		}
	case m.namespace == "AWS/Billing" && m.dimensions["Currency"] != "":
		return m.dimensions["Currency"]
	}
	if u, known := awsUnits[m.unit]; known {
		return u
	}
	if u, known := metricUnits[m.namespace+" "+m.name]; known {
		return u
	}
	if u := ownUnit(a, m.name == ""); u != "" {
		return u
	}
	if u := unitByName(m.name); u != percent || !m.sharesOfOne(a) {
		return u
	}
	return ratio
}

// sharesOfOne reports whether a utilization of somebody's own runs from 0 to 1: AWS's run to 100.
func (m metric) sharesOfOne(a seamark.Alarm) bool {
	own := !strings.HasPrefix(m.namespace, "AWS/") && !strings.HasPrefix(m.namespace, "CWAgent") && !strings.Contains(m.namespace, "Insights")
	utilization := strings.Contains(strings.ToLower(m.name), "utili")
	return own && utilization && !a.NoLimit && a.Threshold > 0 && a.Threshold <= 1 && (a.NoValue || a.Value >= 0 && a.Value <= 1)
}

// formulaUnit tells a share from a figure: one metric through another, and a limit that a
// share can have.
func (m metric) formulaUnit(a seamark.Alarm) string {
	e := m.expression
	possible := (a.NoLimit || a.Threshold >= 0 && a.Threshold <= 1) && (a.NoValue || a.Value >= 0 && a.Value <= 1)
	switch {
	case percentish.MatchString(m.label) || hundred.MatchString(e) && strings.Contains(e, "/"):
		return percent
	case strings.Contains(e, "PERIOD("), perSecond.MatchString(e):
		return "/s"
	case division.MatchString(e) && possible:
		return ratio
	}
	if u := ownUnit(a, true); u != "" && !(u == ratio && !possible) {
		return u
	}
	if strings.ContainsAny(e, "/*") {
		return count
	}
	if u, known := metricUnits[m.namespace+" "+m.name]; known { // FILL(m1, 0), MAX([m1, m2])
		return u
	}
	if u, known := awsUnits[m.unit]; known {
		return u
	}
	return unitByName(m.name)
}

// ownUnit is the unit of Seamark's rules, for alarms whose metric is not known.
func ownUnit(a seamark.Alarm, blind bool) string {
	switch {
	case a.Rule == "latency" || a.Rule == "duration" || strings.HasPrefix(a.Rule, "p9"):
		return ms
	case blind && (a.StatusCode != "" || a.Rule == "4xx" || a.Rule == "5xx" || a.Rule == "errors") && !a.NoLimit && a.Threshold <= 1 && a.Threshold > 0 && (a.NoValue || a.Value <= 1):
		return ratio
	}
	return ""
}

func unitByName(name string) string {
	for _, n := range byName {
		if n.re.MatchString(name) {
			return n.unit
		}
	}
	return count
}
