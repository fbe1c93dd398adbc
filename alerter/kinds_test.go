package alerter_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/links"
)

type object = map[string]any

// sns is the message of a plain alarm, changed by what is given.
func sns(name string, trigger object, changes object) object {
	t := object{
		"MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "StatisticType": "Statistic", "Statistic": "AVERAGE", "Unit": nil,
		"Dimensions": []object{{"name": "InstanceId", "value": "i-1"}}, "Period": 300, "EvaluationPeriods": 1,
		"ComparisonOperator": "GreaterThanThreshold", "Threshold": 80.0, "TreatMissingData": "missing",
	}
	maps.Copy(t, trigger)
	m := object{
		"AlarmName": name, "AlarmDescription": nil, "AWSAccountId": "222222222222", "NewStateValue": "ALARM",
		"NewStateReason":  "Threshold Crossed: 1 out of the last 1 datapoints [92.5 (30/11/26 02:53:00)] was greater than the threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition).",
		"StateChangeTime": "2026-11-30T02:58:12.345+0000", "Region": "EU (Frankfurt)",
		"AlarmArn": "arn:aws:cloudwatch:eu-central-1:222222222222:alarm:" + name, "OldStateValue": "OK", "Trigger": t,
	}
	maps.Copy(m, changes)
	return m
}

func reason(s string) object { return object{"NewStateReason": s} }

func dims(pairs ...string) []object {
	var list []object
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, object{"name": pairs[i], "value": pairs[i+1]})
	}
	return list
}

func metric(namespace, name, statistic string, dimensions []object, more object) object {
	t := object{"Namespace": namespace, "MetricName": name, "Statistic": statistic, "Dimensions": dimensions}
	maps.Copy(t, more)
	return t
}

// Kinds of alarms that come from other services, in other words, other shapes.
func TestKinds(t *testing.T) {
	below := func(limit float64) object {
		return object{"ComparisonOperator": "LessThanThreshold", "Threshold": limit}
	}
	crossed := func(value, limit string) object {
		return reason("Threshold Crossed: 1 out of the last 1 datapoints [" + value + " (30/11/26 02:53:00)] was greater than the threshold (" + limit + ") (minimum 1 datapoint for OK -> ALARM transition).")
	}
	fell := func(value, limit string) object {
		return reason("Threshold Crossed: 1 out of the last 1 datapoints [" + value + " (30/11/26 02:53:00)] was less than the threshold (" + limit + ") (minimum 1 datapoint for OK -> ALARM transition).")
	}
	math := func(expression, label string, limit float64, more ...object) object {
		metrics := []object{{"Id": "e1", "Expression": expression, "Label": label, "ReturnData": true}}
		return object{"MetricName": nil, "Namespace": nil, "Dimensions": nil, "Threshold": limit, "Metrics": append(metrics, more...)}
	}
	part := func(id, namespace, name string, d []object) object {
		return object{"Id": id, "ReturnData": false, "MetricStat": object{"Period": 60, "Stat": "Sum", "Metric": object{"Namespace": namespace, "MetricName": name, "Dimensions": d}}}
	}
	for _, c := range []struct {
		name        string
		event       object
		first, line string
	}{
		{"2016", sns("cpu", nil, reason("Threshold Crossed: 1 datapoint (97.5) was greater than or equal to the threshold (80.0).")),
			"FIRING warning unassigned: cpu 97.5% on i-1", "97.5% in 5 m, limit 80%"},
		{"2014", sns("cpu", nil, reason("Threshold Crossed: 2 datapoints were greater than the threshold (80.0). The most recent datapoints: [88.958, 90.292].")),
			"FIRING warning unassigned: cpu 90.3% on i-1", "90.3% in 5 m, limit 80%"},
		{"five", sns("cpu", nil, reason("Threshold Crossed: 5 datapoints were greater than the threshold (80.0). The most recent datapoints which crossed the threshold: [84.9 (03/09/25 06:24:00), 84.2 (03/09/25 06:23:00), 83.0 (03/09/25 06:22:00), 82.0 (03/09/25 06:21:00), 81.0 (03/09/25 06:20:00)].")),
			"FIRING warning unassigned: cpu 84.9% on i-1", "84.9% in 5 m, limit 80%"},
		{"five of five", sns("cpu", nil, reason("Threshold Crossed: 5 out of the last 5 datapoints were greater than the threshold (80.0). The most recent datapoints which crossed the threshold: [96.0 (29/04/20 23:32:00), 95.0 (29/04/20 23:31:00)] (minimum 5 datapoints for OK -> ALARM transition).")),
			"FIRING warning unassigned: cpu 96% on i-1", "96% in 5 m, limit 80%"},
		{"missing", sns("heartbeat", metric("Custom", "Beats", "SUM", dims("Service", "clock"), below(1)), reason("Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].")),
			"FIRING warning unassigned: heartbeat no data on clock", "no data, which counts as breaching, limit below 1"},
		{"set by hand", sns("cpu", nil, reason("testing purposes")),
			"FIRING warning unassigned: cpu on i-1", "limit 80%"},
		{"scientific", sns("mem", metric("AWS/RDS", "FreeableMemory", "AVERAGE", dims("DBInstanceIdentifier", "db1"), below(268435456)), reason("Threshold Crossed: 1 out of the last 1 datapoints [1.34217728E8 (30/11/26 02:53:00)] was less than the threshold (2.68435456E8) (minimum 1 datapoint for OK -> ALARM transition).")),
			"FIRING warning unassigned: mem 128.0 MiB on db1", "128.0 MiB in 5 m, limit below 256.0 MiB"},
		{"rds latency", sns("rl", metric("AWS/RDS", "ReadLatency", "AVERAGE", dims("DBClusterIdentifier", "aurora", "Role", "WRITER"), object{"Threshold": 0.02}), crossed("0.0534", "0.02")),
			"FIRING warning unassigned: rl 0.0534 s on aurora/WRITER", "0.0534 s in 5 m, limit 0.02 s"},
		{"dynamodb", sns("throttles", metric("AWS/DynamoDB", "ReadThrottleEvents", "SUM", dims("TableName", "orders", "GlobalSecondaryIndexName", "by-date"), object{"Threshold": 0.0}), crossed("18.0", "0.0")),
			"FIRING warning unassigned: throttles 18 on orders/by-date", "18 in 5 m, limit 0"},
		{"states", sns("sf", metric("AWS/States", "ExecutionsFailed", "SUM", dims("StateMachineArn", "arn:aws:states:eu-central-1:222222222222:stateMachine:orders"), object{"Threshold": 0.0}), crossed("2.0", "0.0")),
			"FIRING warning unassigned: sf 2 on orders", "2 in 5 m, limit 0"},
		{"kinesis", sns("age", metric("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "MAXIMUM", dims("StreamName", "clicks"), object{"Threshold": 60000.0}), crossed("3723000.0", "60000.0")),
			"FIRING warning unassigned: age 1 h 2 m on clicks", "1 h 2 m in 5 m, limit 1 m"},
		{"opensearch", sns("space", metric("AWS/ES", "FreeStorageSpace", "MINIMUM", dims("DomainName", "logs", "ClientId", "222222222222"), below(20480)), reason("Threshold Crossed: 1 out of the last 1 datapoints [10240.0 (30/11/26 02:53:00)] was less than the threshold (20480.0) (minimum 1 datapoint for OK -> ALARM transition).")),
			"FIRING warning unassigned: space 10,240 MB on logs", "10,240 MB in 5 m, limit below 20,480 MB"},
		{"billing", sns("bill", metric("AWS/Billing", "EstimatedCharges", "MAXIMUM", dims("Currency", "USD"), object{"Threshold": 500.0, "Period": 21600}), crossed("512.34", "500.0")),
			"FIRING warning unassigned: bill 512.3 USD", "512.3 USD in 6 h, limit 500 USD"},
		{"elb 5xx", sns("5xx", metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "SUM", dims("LoadBalancer", "app/shop/fedcba9876543210"), object{"Threshold": 10.0}), crossed("33.0", "10.0")),
			"FIRING warning unassigned: 5xx 33 on app/shop", "33 in 5 m, limit 10"},
		{"agent disk", sns("disk", metric("CWAgent", "disk_used_percent", "AVERAGE", dims("InstanceId", "i-9", "path", "/data", "device", "nvme1n1", "fstype", "xfs"), object{"Threshold": 90.0}), crossed("93.21", "90.0")),
			"FIRING warning unassigned: disk 93.2% on i-9//data", "93.2% in 5 m, limit 90%"},
		{"cloudfront", sns("cf", metric("AWS/CloudFront", "5xxErrorRate", "AVERAGE", dims("DistributionId", "E1ABC", "Region", "Global"), object{"Threshold": 1.0}), crossed("4.5", "1.0")),
			"FIRING warning unassigned: cf 4.5% on E1ABC", "4.5% in 5 m, limit 1%"},
		{"api average", sns("api", metric("AWS/ApiGateway", "4XXError", "AVERAGE", dims("ApiName", "shop", "Stage", "v1"), object{"Threshold": 0.05}), crossed("0.07", "0.05")),
			"FIRING warning unassigned: api 7% on shop/v1", "7% in 5 m, limit 5%"},
		{"api sum", sns("api", metric("AWS/ApiGateway", "5XXError", "SUM", dims("ApiName", "shop", "Stage", "v1"), object{"Threshold": 1.0, "Unit": "Count"}), crossed("1.0", "1.0")),
			"FIRING warning unassigned: api 1 on shop/v1", "1 in 5 m, limit 1"},
		{"ratio", sns("error rate", math("errors/requests", "Error rate", 0.05, part("errors", "AWS/Lambda", "Errors", dims("FunctionName", "f")), part("requests", "AWS/Lambda", "Invocations", dims("FunctionName", "f"))), crossed("0.0712", "0.05")),
			"FIRING warning unassigned: error rate 7.1% on f", "7.1% in 5 m, limit 5%"},
		{"percent", sns("error rate", math("100*(errors/requests)", "Error rate", 5, part("errors", "AWS/Lambda", "Errors", dims("FunctionName", "f")), part("requests", "AWS/Lambda", "Invocations", dims("FunctionName", "f"))), crossed("7.12", "5.0")),
			"FIRING warning unassigned: error rate 7.1% on f", "7.1% in 5 m, limit 5%"},
		{"per task", sns("backlog", math("m1/m2", "Backlog per task", 100, part("m1", "AWS/SQS", "ApproximateNumberOfMessagesVisible", dims("QueueName", "q")), part("m2", "ECS/ContainerInsights", "RunningTaskCount", dims("ClusterName", "c", "ServiceName", "s"))), crossed("412.0", "100.0")),
			"FIRING warning unassigned: backlog 412 on q", "412 in 5 m, limit 100"},
		{"custom dims", sns("x", metric("Shop", "Failures", "SUM", dims("Env", "prod", "Tenant", "acme"), object{"Threshold": 3.0}), crossed("5.0", "3.0")),
			"FIRING warning unassigned: x 5 on Env=prod, Tenant=acme", "5 in 5 m, limit 3"},
		{"no dimensions", sns("x", metric("Shop", "CheckoutSeconds", "p99", nil, object{"ExtendedStatistic": "p99", "StatisticType": "ExtendedStatistic", "Threshold": 2.0}), crossed("3.25", "2.0")),
			"FIRING warning unassigned: x 3.25 s", "3.25 s in 5 m, limit 2 s  Shop CheckoutSeconds, p99"},
		{"bytes a second", sns("x", metric("Shop", "Egress", "AVERAGE", nil, object{"Unit": "Megabytes/Second", "Threshold": 10.0}), crossed("12.5", "10.0")),
			"FIRING warning unassigned: x 12.5 MB/s", "12.5 MB/s in 5 m, limit 10 MB/s"},
		{"one edge", sns("band", object{"ComparisonOperator": "GreaterThanUpperThreshold", "ThresholdMetricId": "ad1", "Threshold": nil, "MetricName": nil, "Metrics": []object{
			{"Id": "m1", "ReturnData": true, "MetricStat": object{"Period": 60, "Stat": "Sum", "Metric": object{"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": dims("FunctionName", "f")}}},
			{"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": true}}},
			reason("Thresholds Crossed: 1 out of the last 1 datapoints [412.0 (30/11/26 02:57:00)] was greater than the upper thresholds [120.4] (minimum 1 datapoint for OK -> ALARM transition).")),
			"FIRING warning unassigned: band 412 on f", "412 in 5 m, limit 120.4"},
		{"PR", sns("x", metric("AWS/ApplicationELB", "TargetResponseTime", "", dims("LoadBalancer", "app/a/50dc6c495c0c9188"), object{"ExtendedStatistic": "PR(:0.3)", "Threshold": 95.0, "ComparisonOperator": "LessThanThreshold"}), fell("88.0", "95.0")),
			"FIRING warning unassigned: x 88% on app/a", "88% in 5 m, limit below 95%"},
		{"TC", sns("x", metric("AWS/ApplicationELB", "TargetResponseTime", "", dims("LoadBalancer", "app/a/50dc6c495c0c9188"), object{"ExtendedStatistic": "TC(0.005:0.03)", "Threshold": 50.0}), crossed("88.0", "50.0")),
			"FIRING warning unassigned: x 88 on app/a", "88 in 5 m, limit 50"},
		{"a pod", sns("x", metric("ContainerInsights", "pod_number_of_container_restarts", "SUM", dims("ClusterName", "prod", "Namespace", "shop", "PodName", "api"), object{"Threshold": 3.0}), crossed("4.0", "3.0")),
			"FIRING warning unassigned: x 4 on prod/shop/api", "4 in 5 m, limit 3"},
		{"a rate", sns("x", math("RATE(m1)", "", 5, part("m1", "AWS/SQS", "NumberOfMessagesSent", dims("QueueName", "a"))), crossed("7.0", "5.0")),
			"FIRING warning unassigned: x 7/s on a", "7/s in 5 m, limit 5/s"},
		{"a utilization up to one", sns("x", metric("App", "PoolUtilization", "AVERAGE", dims("Pool", "a"), object{"Threshold": 0.9}), crossed("0.95", "0.9")),
			"FIRING warning unassigned: x 95% on a", "95% in 5 m, limit 90%"},
		{"a state that is a word", object{"detail-type": "CloudWatch Alarm State Change", "account": "222222222222", "region": "eu-central-1", "time": "2026-11-30T02:58:12Z", "detail": object{"alarmName": "x", "state": "ALARM", "previousState": "OK"}},
			"FIRING warning unassigned: x", "222222222222 · eu-central-1 · since 02:58:12 UTC"},
		{"an object named product", sns("api", nil, object{"AlarmDescription": `{"product":{"id":7},"priority":"P1"}`}),
			"FIRING warning unassigned: api 92.5% on i-1", "priority: P1"},
		{"a link before its word", sns("api", nil, object{"AlarmDescription": "https://g.example.com/dash (dashboard)\nhttps://wiki.example.com/rb (runbook)"}),
			"FIRING warning unassigned: api 92.5% on i-1", "Runbook        https://wiki.example.com/rb\n"},
		{"another account's metric", sns("x", object{"MetricName": nil, "Namespace": nil, "Dimensions": nil, "Threshold": 1.0, "Metrics": []object{{"Id": "m1", "AccountId": "111111111111", "ReturnData": true,
			"MetricStat": object{"Period": 60, "Stat": "Sum", "Metric": object{"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dims("FunctionName", "pay")}}}}}, crossed("3.0", "1.0")),
			"FIRING warning unassigned: x 3 on pay", "AWS/Lambda Errors, Sum, account 111111111111"},
		{"JSON with an escaped link", sns("api", nil, object{"AlarmDescription": `{"runbook":"https:\/\/w.example.com\/r"}`}),
			"FIRING warning unassigned: api 92.5% on i-1", "Runbook        https://w.example.com/r\n"},
		{"a link in capitals", sns("api", nil, object{"AlarmDescription": "HTTPS://W.example.com/R"}),
			"FIRING warning unassigned: api 92.5% on i-1", "Runbook        HTTPS://W.example.com/R\n"},
		{"a dollar in the name", sns("a$b", nil, nil),
			"FIRING warning unassigned: a$b 92.5% on i-1", "#alarmsV2:alarm/a$24b\n"},
		{"foreign json", sns("api", nil, object{"AlarmDescription": `{"team":"payments","runbook":"https://wiki.example.com/r"}`}),
			"FIRING warning unassigned: api 92.5% on i-1", "92.5% in 5 m, limit 80%"},
		{"tags", sns("api", nil, object{"AlarmTags": object{"seamark:product": "booking", "seamark:environment": "prod"}}),
			"FIRING warning booking prod: api 92.5% on i-1", "92.5% in 5 m, limit 80%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := json.Marshal(c.event)
			if err != nil {
				t.Fatal(err)
			}
			text := cardsOf(t, b)
			if len(text) != 1 {
				t.Fatalf("%d cards", len(text))
			}
			lines := strings.Split(text[0], "\n")
			if lines[0] != c.first {
				t.Errorf("first line %q, want %q", lines[0], c.first)
			}
			if !strings.Contains(text[0], c.line) {
				t.Errorf("%q is not in:\n%s", c.line, text[0])
			}
		})
	}
}

// SNS seldom names the unit of a metric, so that its name must.
func TestUnitsByName(t *testing.T) {
	for _, c := range []struct{ namespace, name, value, want string }{
		{"AWS/RDS", "EBSIOBalance%", "12.5", "12.5%"},
		{"AWS/ECS", "CPUReservation", "93.0", "93%"},
		{"ECS/ContainerInsights", "MemoryUtilized", "1536.0", "1,536 MB"},
		{"AWS/KinesisAnalytics", "millisBehindLatest", "125000.0", "2 m 5 s"},
		{"CWAgent", "Memory % Committed Bytes In Use", "95.11", "95.1%"},
		{"CWAgent", "LogicalDisk % Free Space", "4.2", "4.2%"},
		{"CWAgent", "Memory Available MBytes", "512.0", "512 MB"},
		{"CWAgent", "mem_available", "1.073741824E9", "1.0 GiB"},
		{"AWS/Kafka", "BytesInPerSec", "104857600.0", "100.0 MiB/s"},
		{"AWS/Kafka", "MessagesInPerSec", "120.0", "120/s"},
		{"AWS/ElastiCache", "BytesUsedForCache", "2.147483648E9", "2.0 GiB"},
		{"AWS/EFS", "BurstCreditBalance", "1.073741824E9", "1.0 GiB"},
		{"AWS/CodeBuild", "Duration", "1900.0", "31 m 40 s"},
		{"AWS/Firehose", "DeliveryToSplunk.DataFreshness", "1200.0", "20 m"},
		{"App", "CheckoutMs", "250.0", "250 ms"},
		{"App", "ItemsMs2", "250.0", "250"},
	} {
		b, err := json.Marshal(sns("x", metric(c.namespace, c.name, "AVERAGE", dims("Of", "a"), nil), reason("Threshold Crossed: 1 datapoint ["+c.value+" (30/11/26 02:53:00)] was greater than the threshold (1.0).")))
		if err != nil {
			t.Fatal(err)
		}
		got, _, _ := strings.Cut(cardsOf(t, b)[0], "\n")
		if want := "FIRING warning unassigned: x " + c.want + " on a"; got != want {
			t.Errorf("%s %s: %q, want %q", c.namespace, c.name, got, want)
		}
	}
}

// The log group of a metric of another account is not in the alarm's account: no button
// leads there.
func TestNoLogsOfAnotherAccount(t *testing.T) {
	for account, want := range map[string]int{"222222222222": 1, "111111111111": 0} {
		b, err := json.Marshal(sns("x", object{"MetricName": nil, "Namespace": nil, "Dimensions": nil, "Metrics": []object{{"Id": "m1", "AccountId": account, "ReturnData": true,
			"MetricStat": object{"Period": 60, "Stat": "Sum", "Metric": object{"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dims("FunctionName", "pay")}}}}}, nil))
		if err != nil {
			t.Fatal(err)
		}
		alarms, err := cloudwatch.Parse(b)
		if err != nil || len(alarms) != 1 || len(alarms[0].LogGroups) != want {
			t.Errorf("%s: %v, %v", account, alarms, err)
		}
	}
}

// Regions without an ARN, by the names that messages carry.
func TestRegionsByName(t *testing.T) {
	for name, want := range map[string]string{
		"EU (Germany)":  "https://eusc-de-east-1.console.amazonaws-eusc.eu/cloudwatch/home?region=eusc-de-east-1#alarmsV2:alarm/x",
		"US ISOF SOUTH": "https://us-isof-south-1.console.csphome.hci.ic.gov/cloudwatch/home?region=us-isof-south-1#alarmsV2:alarm/x",
		"US ISO EAST":   "https://us-iso-east-1.console.c2shome.ic.gov/cloudwatch/home?region=us-iso-east-1#alarmsV2:alarm/x",
		"US-East-2":     "https://us-east-2.console.aws.amazon.com/cloudwatch/home?region=us-east-2#alarmsV2:alarm/x",
	} {
		b, err := json.Marshal(sns("x", nil, object{"AlarmArn": nil, "Region": name}))
		if err != nil {
			t.Fatal(err)
		}
		if got := cardsOf(t, b)[0]; !strings.Contains(got, want+"\n") {
			t.Errorf("%s: %q is not in:\n%s", name, want, got)
		}
	}
}

func cardsOf(t *testing.T, event []byte) []string {
	t.Helper()
	alarms, err := cloudwatch.Parse(event)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, in := range incident.Of(alarms, time.Date(2026, 11, 30, 3, 20, 0, 0, time.UTC)) {
		out = append(out, card.Text(card.Build(&in, links.Config{})))
	}
	return out
}

// One alarm gives one card, whatever it is wrapped in.
func TestShapes(t *testing.T) {
	quote := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	message := sns("web cpu", nil, nil)
	envelope := object{"Type": "Notification", "TopicArn": "arn:aws:sns:eu-central-1:222222222222:ops", "Message": quote(message)}
	record := object{"EventSource": "aws:sns", "EventSubscriptionArn": "arn:aws:sns:eu-central-1:222222222222:ops:1", "Sns": envelope}
	const reason = "Threshold Crossed: 1 out of the last 1 datapoints [92.5 (30/11/26 02:53:00)] was greater than the threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition)."
	detail := object{
		"alarmName": "web cpu", "previousState": object{"value": "OK"},
		"state":         object{"value": "ALARM", "reason": reason, "timestamp": "2026-11-30T02:58:12.345+0000", "reasonData": `{"period":300,"recentDatapoints":[92.5],"threshold":80.0}`},
		"configuration": object{"metrics": []object{{"id": "m", "returnData": true, "metricStat": object{"period": 300, "stat": "Average", "metric": object{"namespace": "AWS/EC2", "name": "CPUUtilization", "dimensions": object{"InstanceId": "i-1"}}}}}},
	}
	const arn = "arn:aws:cloudwatch:eu-central-1:222222222222:alarm:web cpu"
	bridge := object{"detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "222222222222", "region": "eu-central-1", "time": "2026-11-30T02:58:12Z", "resources": []string{arn}, "detail": detail}
	described := object{
		"AlarmName": "web cpu", "AlarmArn": arn, "StateValue": "ALARM", "StateReason": reason, "StateTransitionedTimestamp": "2026-11-30T02:58:12.345000+00:00",
		"MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "Statistic": "Average", "Dimensions": []object{{"Name": "InstanceId", "Value": "i-1"}},
		"Period": 300, "EvaluationPeriods": 3, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold",
	}
	three := sns("web cpu", object{"EvaluationPeriods": 3, "DatapointsToAlarm": 3}, nil)
	bare := sns("web cpu", nil, object{"AlarmArn": nil})
	for name, event := range map[string]any{
		"the message": message, "three periods": three, "an SNS envelope": envelope, "SNS to Lambda": object{"Records": []object{record}},
		"SNS to SQS to Lambda": object{"Records": []object{{"body": quote(envelope)}}}, "raw delivery to SQS": object{"Records": []object{{"body": quote(message)}}},
		"a pipe": []object{{"body": quote(envelope)}}, "a list of messages": []object{message}, "receive-message": object{"Messages": []object{{"Body": quote(envelope)}}},
		"EventBridge": bridge, "EventBridge through SNS": object{"Type": "Notification", "Message": quote(bridge)}, "EventBridge in SQS": object{"Records": []object{{"body": quote(bridge)}}},
		"an alarm's Lambda action": object{"source": "aws.cloudwatch", "alarmArn": arn, "accountId": "222222222222", "region": "eu-central-1", "time": "2026-11-30T02:58:12.345+0000", "alarmData": detail},
		"a bare Message":           object{"Records": []object{{"Sns": object{"Message": quote(message)}}}},
		"a Kinesis stream":         object{"Records": []object{{"kinesis": object{"data": base64.StdEncoding.EncodeToString([]byte(quote(envelope)))}}}},
		"a Firehose":               object{"records": []object{{"recordId": "1", "data": base64.StdEncoding.EncodeToString([]byte(quote(message)))}}},
		"a detail as text":         object{"detail-type": "CloudWatch Alarm State Change", "account": "222222222222", "region": "eu-central-1", "resources": []string{arn}, "detail": quote(detail)},
		"JSON within JSON":         object{"Records": []object{{"body": quote(quote(message))}}},
		"behind HTTP":              object{"headers": object{}, "isBase64Encoded": false, "body": quote(envelope)},
		"describe-alarms":          object{"MetricAlarms": []object{described}, "CompositeAlarms": []object{}}, "one described": described,
		"no ARN": object{"Records": []object{{"EventSubscriptionArn": "arn:aws:sns:eu-central-1:222222222222:ops:1", "Sns": object{"Message": quote(bare), "TopicArn": "arn:aws:sns:eu-central-1:222222222222:ops", "Type": "Notification"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := json.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			want := "FIRING warning unassigned: web cpu 92.5% on i-1\n" +
				"222222222222 · eu-central-1 · since 02:58:12 UTC, 0 s\n\n" +
				"  web cpu  92.5% in 5 m, limit 80%  i-1  AWS/EC2 CPUUtilization, Average\n\n" +
				"Alarm          https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/web$20cpu\n\n" +
				"incident 20261130T025812Z-unassigned-web-cpu\n"
			if got := cardsOf(t, b); len(got) != 1 || got[0] != want {
				t.Errorf("got %q", got)
			}
		})
	}
}
