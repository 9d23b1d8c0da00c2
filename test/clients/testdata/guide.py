"""Plays the SageMaker guide, and scaling, against the local AWS with boto3.

What it plays on is at AWS_ENDPOINT_URL. Its clock stands still, and passes only
when this program says so.
"""

import datetime
import json
import os
import urllib.request

import boto3

LOCAL = os.environ["AWS_ENDPOINT_URL"]


def client(service):
    # Older releases do not read the variable.
    return boto3.client(service, endpoint_url=LOCAL)


def local(method, path, body):
    request = urllib.request.Request(LOCAL + "/_setpoint/" + path, method=method, data=json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def passes(time):
    local("PUT", "clock", {"advance": time})


def now():
    with urllib.request.urlopen(LOCAL + "/_setpoint/clock") as answer:
        return datetime.datetime.fromisoformat(json.load(answer)["time"].replace("Z", "+00:00"))


def equal(got, want):
    assert got == want, "got %r, want %r" % (got, want)


def refused(name, call, **arguments):
    try:
        call(**arguments)
    except call.__self__.exceptions.ClientError as error:
        equal(error.response["Error"]["Code"], name)
        assert error.response["Error"]["Message"], "the error has no text"
        return error
    raise AssertionError("%s was not refused" % call.__name__)


ENDPOINT, VARIANT = "chat", "AllTraffic"
TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/%s/variant/%s" % (ENDPOINT, VARIANT),
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
sagemaker, scaling, alarms = client("sagemaker"), client("application-autoscaling"), client("cloudwatch")


def instances():
    return sagemaker.describe_endpoint(EndpointName=ENDPOINT)["ProductionVariants"][0]["CurrentInstanceCount"]


def host():
    sagemaker.create_model(
        ModelName=ENDPOINT, ExecutionRoleArn="arn:aws:iam::111122223333:role/sagemaker", PrimaryContainer={"Image": "chat:1"}
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=ENDPOINT,
        ProductionVariants=[{"VariantName": VARIANT, "ModelName": ENDPOINT, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}],
    )
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=ENDPOINT)
    equal(sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"], "Creating")
    passes("5m")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=ENDPOINT, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    equal([e["EndpointName"] for page in sagemaker.get_paginator("list_endpoints").paginate() for e in page["Endpoints"]], [ENDPOINT])
    answer = client("sagemaker-runtime").invoke_endpoint(EndpointName=ENDPOINT, Body=b"hello")
    equal((answer["InvokedProductionVariant"], json.load(answer["Body"])["ReceivedBytes"]), (VARIANT, 5))


def policies():
    pages = scaling.get_paginator("describe_scaling_policies").paginate(ServiceNamespace="sagemaker")
    return {p["PolicyName"]: p for page in pages for p in page["ScalingPolicies"]}


def managed():
    return sorted(a["AlarmName"] for a in alarms.describe_alarms(AlarmNamePrefix="TargetTracking-")["MetricAlarms"])


def track(name, value, **metric):
    return scaling.put_scaling_policy(
        PolicyName=name, PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=dict(TargetValue=value, **metric), **TARGET
    )


def target_tracking():
    invocations = {"PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}
    refused("ObjectNotFoundException", scaling.put_scaling_policy, PolicyName="early", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=dict(TargetValue=60.0, **invocations), **TARGET)
    # Releases of before 2023 do not know that targets have tags, and ARNs for that.
    tagged = "Tags" in scaling.meta.service_model.operation_model("RegisterScalableTarget").input_shape.members
    tags = {"Tags": {"team": "ml"}} if tagged else {}
    arn = scaling.register_scalable_target(MinCapacity=1, MaxCapacity=2, **tags, **TARGET).get("ScalableTargetARN")
    put = track("invocations", 60.0, ScaleInCooldown=700, ScaleOutCooldown=300, **invocations)
    equal(sorted(a["AlarmName"] for a in put["Alarms"]), managed())
    equal(len(managed()), 2)

    scaling.register_scalable_target(MaxCapacity=4, **TARGET)
    again = track("invocations", 75.0, ScaleInCooldown=60, ScaleOutCooldown=60, **invocations)
    equal(again["PolicyARN"], put["PolicyARN"])
    target = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[TARGET["ResourceId"]])["ScalableTargets"][0]
    equal((target["MinCapacity"], target["MaxCapacity"], target.get("ScalableTargetARN"), target["CreationTime"]), (1, 4, arn, now()))
    equal(policies()["invocations"]["TargetTrackingScalingPolicyConfiguration"]["TargetValue"], 75.0)
    if tagged:
        equal(scaling.list_tags_for_resource(ResourceARN=arn)["Tags"], {"team": "ml"})

    local("PUT", "traffic", {"account": "111122223333", "region": "eu-west-1", "resourceId": TARGET["ResourceId"], "traffic": {"type": "constant", "rate": 300}})
    passes("30m")
    equal(instances(), 4)
    happened = scaling.describe_scaling_activities(**TARGET)["ScalingActivities"]
    assert happened and happened[0]["StatusCode"] == "Successful", happened
    points = alarms.get_metric_statistics(
        Namespace="AWS/SageMaker", MetricName="InvocationsPerInstance", StartTime=now() - datetime.timedelta(minutes=5), EndTime=now(), Period=60,
        Statistics=["Sum"], Dimensions=[{"Name": "EndpointName", "Value": ENDPOINT}, {"Name": "VariantName", "Value": VARIANT}],
    )["Datapoints"]
    equal({p["Sum"] for p in points}, {75.0})
    local("DELETE", "traffic", None)
    passes("2h")
    equal(instances(), 1)


def metric_of_ones_own():
    dimensions = [{"Name": "Queue", "Value": "orders"}]
    suspended = {"DynamicScalingInSuspended": True}
    scaling.register_scalable_target(SuspendedState=suspended, **TARGET)
    target = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"][0]
    equal(target["SuspendedState"], {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False})
    track("depth", 10.0, CustomizedMetricSpecification={"Namespace": "Shop", "MetricName": "Depth", "Statistic": "Average", "Dimensions": dimensions})
    alarms.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Depth", "Dimensions": dimensions, "Value": 8.5, "Timestamp": now()}])
    passes("1m")
    equal([m["MetricName"] for m in alarms.list_metrics(Namespace="Shop")["Metrics"]], ["Depth"])
    result = alarms.get_metric_data(
        StartTime=now() - datetime.timedelta(minutes=5), EndTime=now(),
        MetricDataQueries=[
            {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "Depth", "Dimensions": dimensions}, "Period": 60, "Stat": "Average"}},
            {"Id": "e1", "Expression": "m1*2"},
        ],
    )["MetricDataResults"]
    equal([(r["Id"], r["Values"]) for r in result], [("e1", [17.0])])
    scaling.delete_scaling_policy(PolicyName="depth", **TARGET)
    scaling.register_scalable_target(SuspendedState={"DynamicScalingInSuspended": False}, **TARGET)


def steps():
    arn = scaling.put_scaling_policy(
        PolicyName="steps", PolicyType="StepScaling",
        StepScalingPolicyConfiguration={"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}]}, **TARGET
    )["PolicyARN"]
    alarms.put_metric_alarm(
        AlarmName="steps", Namespace="Shop", MetricName="Depth", Statistic="Maximum", Period=60, EvaluationPeriods=1, Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
    )
    equal([a["AlarmName"] for a in policies()["steps"]["Alarms"]], ["steps"])
    equal(alarms.describe_alarm_history(AlarmName="steps")["AlarmHistoryItems"][0]["HistoryItemType"], "ConfigurationUpdate")
    scaling.delete_scaling_policy(PolicyName="steps", **TARGET)
    equal(alarms.describe_alarms(AlarmNames=["steps"])["MetricAlarms"][0]["AlarmActions"], [])
    alarms.delete_alarms(AlarmNames=["steps"])
    equal(refused("ResourceNotFound", alarms.delete_alarms, AlarmNames=["steps"]).response["ResponseMetadata"]["HTTPStatusCode"], 404)


def schedule():
    scaling.put_scheduled_action(
        ScheduledActionName="morning", Schedule="cron(0 8 ? * MON-FRI *)", Timezone="Europe/Berlin", StartTime=now(),
        ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 4}, **TARGET
    )
    action = scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"][0]
    equal((action["Timezone"], action["StartTime"], "EndTime" in action), ("Europe/Berlin", now(), False))
    passes("24h")
    equal(instances(), 3)
    scaling.delete_scheduled_action(ScheduledActionName="morning", **TARGET)
    refused("ObjectNotFoundException", scaling.delete_scheduled_action, ScheduledActionName="morning", **TARGET)


def others():
    ecs, dynamodb = client("ecs"), client("dynamodb")
    ecs.create_cluster(clusterName="web")
    ecs.create_service(cluster="web", serviceName="web", taskDefinition="web", desiredCount=2)
    dynamodb.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    passes("5m")
    once = {"Delay": 1, "MaxAttempts": 1}
    ecs.get_waiter("services_stable").wait(cluster="web", services=["web"], WaiterConfig=once)
    dynamodb.get_waiter("table_exists").wait(TableName="orders", WaiterConfig=once)
    ecs.delete_service(cluster="web", service="web", force=True)
    dynamodb.delete_table(TableName="orders")
    passes("5m")
    ecs.get_waiter("services_inactive").wait(cluster="web", services=["web"], WaiterConfig=once)
    dynamodb.get_waiter("table_not_exists").wait(TableName="orders", WaiterConfig=once)
    ecs.delete_cluster(cluster="web")


def end():
    scaling.deregister_scalable_target(**TARGET)
    refused("ObjectNotFoundException", scaling.deregister_scalable_target, **TARGET)
    equal((policies(), managed()), ({}, []))
    sagemaker.delete_endpoint(EndpointName=ENDPOINT)
    passes("5m")
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=ENDPOINT, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    refused("ValidationException", sagemaker.describe_endpoint, EndpointName=ENDPOINT)
    sagemaker.delete_endpoint_config(EndpointConfigName=ENDPOINT)
    sagemaker.delete_model(ModelName=ENDPOINT)


equal(client("sts").get_caller_identity()["Account"], "111122223333")
host()
target_tracking()
metric_of_ones_own()
steps()
schedule()
others()
end()
print("played with boto3", boto3.__version__)
