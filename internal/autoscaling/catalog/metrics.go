package catalog

// Names of CloudWatch statistics and units that recur.
const (
	average = "Average"
	maximum = "Maximum"
	sum     = "Sum"
	percent = "Percent"
	count   = "Count"
	none    = "None"
)

// The predefined metrics. The guide gives name, namespace and dimensions of the
// CloudWatch metrics, and says that the result is the average over one minute
// unless the metric is a count. Which statistic an alarm takes of a count, and
// the settings of the alarms, are documented for no service.
var metrics = []Metric{
	throughput("DynamoDBReadCapacityUtilization", "AWS/DynamoDB", "Read", 10, 90,
		MetricDimension{"TableName", "<table-name>"}, MetricDimension{"GlobalSecondaryIndexName", "<index-name>"}),
	throughput("DynamoDBWriteCapacityUtilization", "AWS/DynamoDB", "Write", 10, 90,
		MetricDimension{"TableName", "<table-name>"}, MetricDimension{"GlobalSecondaryIndexName", "<index-name>"}),
	{
		Type: "ALBRequestCountPerTarget", Namespace: "AWS/ApplicationELB", Name: "RequestCountPerTarget",
		Statistic: sum, Unit: none, Period: 60, NeedsResourceLabel: true,
		// The guide names TargetGroup alone; the load balancer is in the label.
		dimensions: []MetricDimension{{"LoadBalancer", "<load-balancer>"}, {"TargetGroup", "<target-group>"}},
		alarms:     trackingAlarms(60),
		Inferred:   Inferred{FactDimensions, FactStatistic, FactAlarms},
	},
	utilization("RDSReaderAverageCPUUtilization", "AWS/RDS", "CPUUtilization",
		MetricDimension{"DBClusterIdentifier", "<cluster-name>"}, MetricDimension{"Role", "READER"}),
	countOf("RDSReaderAverageDatabaseConnections", "AWS/RDS", "DatabaseConnections", average, count,
		MetricDimension{"DBClusterIdentifier", "<cluster-name>"}, MetricDimension{"Role", "READER"}),
	utilization("EC2SpotFleetRequestAverageCPUUtilization", "AWS/EC2Spot", "CPUUtilization",
		MetricDimension{"FleetRequestId", "<request-id>"}),
	countOf("EC2SpotFleetRequestAverageNetworkIn", "AWS/EC2Spot", "NetworkIn", average, "Bytes",
		MetricDimension{"FleetRequestId", "<request-id>"}),
	countOf("EC2SpotFleetRequestAverageNetworkOut", "AWS/EC2Spot", "NetworkOut", average, "Bytes",
		MetricDimension{"FleetRequestId", "<request-id>"}),
	// SageMaker documents Sum as the only valid statistic and None as the unit.
	countOf("SageMakerVariantInvocationsPerInstance", "AWS/SageMaker", "InvocationsPerInstance", sum, none, variant...),
	utilization("ECSServiceAverageCPUUtilization", "AWS/ECS", "CPUUtilization", ecsService...),
	utilization("ECSServiceAverageMemoryUtilization", "AWS/ECS", "MemoryUtilization", ecsService...),
	utilization("AppStreamAverageCapacityUtilization", "AWS/AppStream", "CapacityUtilization",
		MetricDimension{"Fleet", "<fleet-name>"}),
	utilization("ComprehendInferenceUtilization", "AWS/Comprehend", "InferenceUtilization",
		MetricDimension{"EndpointArn", "<resource-id>"}),
	fraction("LambdaProvisionedConcurrencyUtilization", "AWS/Lambda", "ProvisionedConcurrencyUtilization",
		MetricDimension{"FunctionName", "<function-name>"}, MetricDimension{"Resource", "<function-name>:<qualifier>"}),
	throughput("CassandraReadCapacityUtilization", "AWS/Cassandra", "Read", 0, 0,
		MetricDimension{"Keyspace", "<keyspace-name>"}, MetricDimension{"TableName", "<table-name>"}),
	throughput("CassandraWriteCapacityUtilization", "AWS/Cassandra", "Write", 0, 0,
		MetricDimension{"Keyspace", "<keyspace-name>"}, MetricDimension{"TableName", "<table-name>"}),
	utilization("KafkaBrokerStorageUtilization", "AWS/Kafka", "KafkaDataLogsDiskUsed",
		MetricDimension{"Cluster Name", "<cluster-name>"}),
	utilization("ElastiCacheEngineCPUUtilization", "AWS/ElastiCache", "EngineCPUUtilization",
		MetricDimension{"CacheClusterId", "<cluster-name>"}),
	utilization("ElastiCacheDatabaseMemoryUsagePercentage", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage",
		MetricDimension{"CacheClusterId", "<cluster-name>"}),
	utilization("ElastiCachePrimaryEngineCPUUtilization", "AWS/ElastiCache", "EngineCPUUtilization",
		MetricDimension{"ReplicationGroupId", "<group-name>"}, MetricDimension{"Role", "Primary"}),
	utilization("ElastiCacheReplicaEngineCPUUtilization", "AWS/ElastiCache", "EngineCPUUtilization",
		MetricDimension{"ReplicationGroupId", "<group-name>"}, MetricDimension{"Role", "Replica"}),
	utilization("ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage", "AWS/ElastiCache", "DatabaseMemoryUsageCountedForEvictPercentage",
		MetricDimension{"ReplicationGroupId", "<group-name>"}),
	utilization("NeptuneReaderAverageCPUUtilization", "AWS/Neptune", "CPUUtilization",
		MetricDimension{"DBClusterIdentifier", "<cluster-name>"}, MetricDimension{"Role", "READER"}),
	fraction("SageMakerVariantProvisionedConcurrencyUtilization", "AWS/SageMaker", "ServerlessProvisionedConcurrencyUtilization", variant...),
	utilization("ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage", "AWS/ElastiCache", "DatabaseCapacityUsageCountedForEvictPercentage",
		MetricDimension{"ReplicationGroupId", "<group-name>"}),
	countOf("SageMakerInferenceComponentInvocationsPerCopy", "AWS/SageMaker", "InvocationsPerCopy", sum, none, component),
	// The guide has no CloudWatch row for WorkSpaces; name and unit are in the
	// WorkSpaces Administration Guide, the dimension is as observed.
	{
		Type: "WorkSpacesAverageUserSessionsCapacityUtilization", Namespace: "AWS/WorkSpaces", Name: "UserSessionsCapacityUtilization",
		Statistic: average, Unit: percent, Period: 60, Percent: true,
		dimensions: []MetricDimension{{"WorkSpaces pool ID", "<pool-id>"}},
		alarms:     trackingAlarms(60),
		Inferred:   Inferred{FactMetric, FactDimensions, FactAlarms},
	},
	// SageMaker emits these every 10 seconds with Minimum and Maximum as the
	// valid statistics; which of them the alarms take is scaling.Behaviour.
	highResolution("SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution", "ConcurrentRequestsPerCopy", component),
	highResolution("SageMakerVariantConcurrentRequestsPerModelHighResolution", "ConcurrentRequestsPerModel", variant...),
	ecsHighResolution("ECSServiceAverageCPUUtilizationHighResolution", "CPUUtilization"),
	ecsHighResolution("ECSServiceAverageMemoryUtilizationHighResolution", "MemoryUtilization"),
}

// Dimensions that several metrics share.
var (
	ecsService = []MetricDimension{{"ClusterName", "<cluster-name>"}, {"ServiceName", "<service-name>"}}
	variant    = []MetricDimension{{"EndpointName", "<endpoint-name>"}, {"VariantName", "<variant-name>"}}
	component  = MetricDimension{"InferenceComponentName", "<component-name>"}
)

// utilization is a metric in percent.
func utilization(metricType, namespace, name string, dims ...MetricDimension) Metric {
	return Metric{
		Type: metricType, Namespace: namespace, Name: name,
		Statistic: average, Unit: percent, Period: 60, Percent: true,
		dimensions: dims,
		alarms:     trackingAlarms(60),
		Inferred:   Inferred{FactAlarms},
	}
}

// fraction is a utilization that runs from 0 to 1.
func fraction(metricType, namespace, name string, dims ...MetricDimension) Metric {
	return Metric{
		Type: metricType, Namespace: namespace, Name: name,
		Statistic: average, Period: 60, Fraction: true,
		dimensions: dims,
		alarms:     trackingAlarms(60),
		Inferred:   Inferred{FactAlarms},
	}
}

func countOf(metricType, namespace, name, statistic, unit string, dims ...MetricDimension) Metric {
	return Metric{
		Type: metricType, Namespace: namespace, Name: name,
		Statistic: statistic, Unit: unit, Period: 60,
		dimensions: dims,
		alarms:     trackingAlarms(60),
		Inferred:   Inferred{FactAlarms},
	}
}

// throughput is the utilization of provisioned throughput, computed from what
// was consumed and what was provisioned.
func throughput(metricType, namespace, direction string, targetMin, targetMax float64, dims ...MetricDimension) Metric {
	return Metric{
		Type: metricType, Namespace: namespace, Name: "Consumed" + direction + "CapacityUnits",
		Statistic: sum, Unit: count, Period: 60, Percent: true,
		ProvisionedName: "Provisioned" + direction + "CapacityUnits",
		TargetMin:       targetMin, TargetMax: targetMax,
		dimensions: dims,
		alarms:     throughputAlarms(),
		Inferred:   Inferred{FactAlarms},
	}
}

func highResolution(metricType, name string, dims ...MetricDimension) Metric {
	return Metric{
		Type: metricType, Namespace: "AWS/SageMaker", Name: name,
		Statistic: maximum, Period: 10,
		dimensions: dims,
		alarms:     trackingAlarms(10),
		Inferred:   Inferred{FactStatistic, FactAlarms},
	}
}

func ecsHighResolution(metricType, name string) Metric {
	return Metric{
		Type: metricType, Namespace: "AWS/ECS", Name: name,
		Statistic: average, Unit: percent, Period: 20, Percent: true,
		dimensions: ecsService,
		alarms:     trackingAlarms(20),
		Inferred:   Inferred{FactAlarms},
	}
}
