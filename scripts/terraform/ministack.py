"""Looks at what terraform made on MiniStack, through AWS's own SDK. Environment: AWS_ENDPOINT_URL."""

import json
import os
import sys

import boto3

HUB, SPOKE = "999999999999", "111111111111"


def client(service, account):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="eu-central-1", aws_access_key_id=account, aws_secret_access_key="x")


def must(what, got, want):
    if got != want:
        sys.exit(f"!! ministack: {what}: {got}, want {want}")
    print(f"there: {what}")


def main():
    sqs = client("sqs", HUB)
    for name in ("collect", "transform", "alert"):
        url = sqs.get_queue_url(QueueName=f"seamark-{name}")["QueueUrl"]
        redrive = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"])
        must(f"the dead-letter queue of {name}", redrive["deadLetterTargetArn"], f"arn:aws:sqs:eu-central-1:{HUB}:seamark-{name}-dlq")
    s3 = client("s3", HUB)
    bucket = f"seamark-{HUB}-eu-central-1"
    told = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    prefixes = [r["Value"] for q in told for r in q["Filter"]["Key"]["FilterRules"] if r["Name"].lower() == "prefix"]
    must("the trigger on landing/, and no other without an index", prefixes, ["landing/"])
    must("the configuration", b"deployment" in s3.get_object(Bucket=bucket, Key="config/seamark.yml")["Body"].read(), True)
    rules = client("events", HUB).list_rules(EventBusName="seamark")["Rules"]
    must("the bus's rules", sorted(r["Name"] for r in rules), ["seamark-alert", "seamark-collect"])
    rules = client("events", SPOKE).list_rules()["Rules"]
    must("the account's rules", sorted(r["Name"] for r in rules), [f"seamark-{r}" for r in ("alarm-state", "alarms", "apigateway", "lambda", "logs", "tags")])
    mappings = client("lambda", HUB).list_event_source_mappings()["EventSourceMappings"]
    must("the triggers of the functions", sorted(m["EventSourceArn"].split(":")[-1] for m in mappings), ["seamark-alert", "seamark-collect", "seamark-transform"])
    schedules = client("scheduler", HUB).list_schedules(GroupName="seamark")["Schedules"]
    must("the schedules", len(schedules), 6)
    alarms = client("cloudwatch", HUB).describe_alarms(AlarmNamePrefix="seamark-")["MetricAlarms"]
    must("the alarms", len(alarms), 20)
    role = client("iam", SPOKE).get_role(RoleName="seamark-collector")["Role"]
    must("the collector's role in the account", role["Arn"], f"arn:aws:iam::{SPOKE}:role/seamark/seamark-collector")


main()
