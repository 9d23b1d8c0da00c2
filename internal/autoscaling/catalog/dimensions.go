package catalog

const (
	apiReference = "AWS API: RegisterScalableTarget, PutScalingPolicy"
	userGuide    = "Application Auto Scaling User Guide: services that integrate with Application Auto Scaling"
)

// The dimensions. Policy support follows the PolicyType text of
// PutScalingPolicy, the floors the MinCapacity text of RegisterScalableTarget
// where it allows 0 and answers of the service ("Minimum capacity cannot be
// less than 1") elsewhere. AWS checks predefined metrics against a list per
// dimension; it publishes the lists only by namespace, so where a namespace has
// more than one dimension and metric the assignment follows the metric's name.
var dimensions = []Dimension{
	{
		Name: "ecs:service:DesiredCount", Namespace: "ecs",
		Capacity:       "tasks of an ECS service",
		ResourceID:     grammar("service/<cluster-name>/<service-name>", "service/production/web", segment, segment),
		TargetTracking: true, Step: true, Predictive: true, Scheduled: true,
		PredefinedMetrics: []string{
			"ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization", "ALBRequestCountPerTarget",
			"ECSServiceAverageCPUUtilizationHighResolution", "ECSServiceAverageMemoryUtilizationHighResolution",
		},
		CustomMetrics: true, MetricMath: true,
		ActivityNoun: "desired count",
		Source:       apiReference,
	},
	{
		Name: "ec2:spot-fleet-request:TargetCapacity", Namespace: "ec2",
		Capacity:       "target capacity of a Spot Fleet",
		ResourceID:     grammar("spot-fleet-request/<request-id>", "spot-fleet-request/sfr-73fbd2ce-aa30-494c-8788-1cee4EXAMPLE", `sfr-[0-9A-Za-z-]+`),
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{
			"EC2SpotFleetRequestAverageCPUUtilization", "EC2SpotFleetRequestAverageNetworkIn",
			"EC2SpotFleetRequestAverageNetworkOut", "ALBRequestCountPerTarget",
		},
		CustomMetrics: true, MetricMath: true,
		ActivityNoun: "target capacity",
		Source:       apiReference,
		Inferred:     Inferred{FactActivityNoun},
	},
	{
		Name: "elasticmapreduce:instancegroup:InstanceCount", Namespace: "elasticmapreduce",
		Capacity:   "instances of an EMR instance group",
		ResourceID: grammar("instancegroup/<cluster-id>/<group-id>", "instancegroup/j-2EEZNYKUA1NTV/ig-1791Y4E1L8YI0", `j-[0-9A-Z]+`, `ig-[0-9A-Z]+`),
		Step:       true, Scheduled: true,
		ActivityNoun: "instance count",
		Source:       apiReference,
		Inferred:     Inferred{FactActivityNoun},
	},
	{
		Name: "appstream:fleet:DesiredCapacity", Namespace: "appstream",
		Capacity:       "instances or sessions of a WorkSpaces Applications (AppStream 2.0) fleet",
		ResourceID:     grammar("fleet/<fleet-name>", "fleet/sample-fleet", segment),
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{"AppStreamAverageCapacityUtilization"},
		CustomMetrics:     true, MetricMath: true,
		ActivityNoun: "desired capacity",
		Source:       apiReference,
		Inferred:     Inferred{FactActivityNoun},
	},
	dynamoDB("dynamodb:table:ReadCapacityUnits", "read capacity units of a DynamoDB table", "DynamoDBReadCapacityUtilization", "read capacity units", dynamoDBTable, nil),
	dynamoDB("dynamodb:table:WriteCapacityUnits", "write capacity units of a DynamoDB table", "DynamoDBWriteCapacityUtilization", "write capacity units", dynamoDBTable, nil),
	dynamoDB("dynamodb:index:ReadCapacityUnits", "read capacity units of a DynamoDB global secondary index", "DynamoDBReadCapacityUtilization", "read capacity units", dynamoDBIndex, Inferred{FactPredefinedMetrics}),
	dynamoDB("dynamodb:index:WriteCapacityUnits", "write capacity units of a DynamoDB global secondary index", "DynamoDBWriteCapacityUtilization", "write capacity units", dynamoDBIndex, Inferred{FactPredefinedMetrics}),
	{
		Name: "rds:cluster:ReadReplicaCount", Namespace: "rds",
		Capacity:       "Aurora Replicas of an Aurora DB cluster",
		ResourceID:     dbCluster,
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{"RDSReaderAverageCPUUtilization", "RDSReaderAverageDatabaseConnections"},
		CustomMetrics:     true, MetricMath: true,
		// Amazon Aurora User Guide: "Amazon Aurora Auto Scaling with Aurora Replicas".
		KeepsOthers:  true,
		ActivityNoun: "read replica count",
		Source:       apiReference,
		Inferred:     Inferred{FactActivityNoun},
	},
	{
		Name: "sagemaker:variant:DesiredInstanceCount", Namespace: "sagemaker",
		Capacity:       "instances of a SageMaker endpoint variant",
		ResourceID:     endpoint,
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{
			"SageMakerVariantInvocationsPerInstance", "SageMakerVariantConcurrentRequestsPerModelHighResolution",
		},
		CustomMetrics: true, MetricMath: true,
		ActivityNoun: "desired instance count",
		Source:       apiReference,
		Inferred:     Inferred{FactPredefinedMetrics},
	},
	{
		Name: "sagemaker:variant:DesiredProvisionedConcurrency", Namespace: "sagemaker",
		Capacity:       "provisioned concurrency of a SageMaker serverless endpoint",
		ResourceID:     endpoint,
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{"SageMakerVariantProvisionedConcurrencyUtilization"},
		CustomMetrics:     true, MetricMath: true,
		ActivityNoun: "desired provisioned concurrency",
		Source:       apiReference,
		Inferred:     Inferred{FactPredefinedMetrics, FactActivityNoun},
	},
	{
		Name: "sagemaker:inference-component:DesiredCopyCount", Namespace: "sagemaker",
		Capacity:       "copies of a SageMaker inference component",
		ResourceID:     grammar("inference-component/<component-name>", "inference-component/llama-3", sagemakerName),
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{
			"SageMakerInferenceComponentInvocationsPerCopy", "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
		},
		CustomMetrics: true, MetricMath: true,
		ActivityNoun: "desired copy count",
		Source:       apiReference,
		Inferred:     Inferred{FactPredefinedMetrics, FactActivityNoun},
	},
	{
		Name: "custom-resource:ResourceType:Property", Namespace: "custom-resource",
		Capacity: "capacity of a resource of your own",
		ResourceID: grammar("<url>", "https://example.execute-api.us-west-2.amazonaws.com/prod/scalableTargetDimensions/1-23456789",
			`https://[^\s]+`),
		TargetTracking: true, Step: true, Scheduled: true,
		CustomMetrics: true, MetricMath: true,
		ActivityNoun: "desired capacity",
		Source:       apiReference,
		Inferred:     Inferred{FactActivityNoun},
	},
	comprehend("document-classifier-endpoint", "document classification"),
	comprehend("entity-recognizer-endpoint", "entity recognizer"),
	{
		Name: "lambda:function:ProvisionedConcurrency", Namespace: "lambda",
		Capacity:       "provisioned concurrency of a Lambda function version or alias",
		ResourceID:     grammar("function:<function-name>:<qualifier>", "function:checkout:prod", `[^:\s]+`, `[^:\s]+`),
		TargetTracking: true, Scheduled: true,
		PredefinedMetrics: []string{"LambdaProvisionedConcurrencyUtilization"},
		CustomMetrics:     true, MetricMath: true,
		ActivityNoun: "provisioned concurrency",
		Source:       apiReference,
		Inferred:     Inferred{FactActivityNoun},
	},
	cassandra("Read", "read"),
	cassandra("Write", "write"),
	{
		Name: "kafka:broker-storage:VolumeSize", Namespace: "kafka",
		Capacity: "GiB of storage per broker of an MSK cluster",
		ResourceID: grammar("arn:<partition>:kafka:<region>:<account>:cluster/<cluster-name>/<cluster-id>",
			"arn:aws:kafka:us-east-1:123456789012:cluster/demo-cluster-1/6357e0b2-0e6a-4b86-a0b4-70df934c2e31-5",
			partition, region, account, segment, `[0-9a-f-]+`),
		// Storage of a broker can grow but not shrink, hence no scale-in and
		// no scheduled scaling.
		TargetTracking:    true,
		PredefinedMetrics: []string{"KafkaBrokerStorageUtilization"},
		CustomMetrics:     true,
		ScaleInDisabled:   true,
		MinCapacityFloor:  1,
		ActivityNoun:      "volume size",
		Source:            userGuide,
		Inferred:          Inferred{FactActivityNoun},
	},
	elastiCache("elasticache:cache-cluster:Nodes", "nodes of an ElastiCache cluster", "number of nodes", 0,
		grammar("cache-cluster/<cluster-name>", "cache-cluster/sessions", segment),
		"ElastiCacheEngineCPUUtilization", "ElastiCacheDatabaseMemoryUsagePercentage"),
	elastiCache("elasticache:replication-group:NodeGroups", "shards of an ElastiCache replication group", "number of node groups", 0, replication,
		"ElastiCachePrimaryEngineCPUUtilization", "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
		"ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage"),
	elastiCache("elasticache:replication-group:Replicas", "replicas per shard of an ElastiCache replication group", "number of replicas", 5, replication,
		"ElastiCacheReplicaEngineCPUUtilization"),
	{
		Name: "neptune:cluster:ReadReplicaCount", Namespace: "neptune",
		Capacity:       "read replicas of a Neptune DB cluster",
		ResourceID:     dbCluster,
		TargetTracking: true, Scheduled: true,
		PredefinedMetrics: []string{"NeptuneReaderAverageCPUUtilization"},
		CustomMetrics:     true,
		// Amazon Neptune User Guide: "Auto-scaling the number of replicas".
		KeepsOthers:      true,
		MinCapacityFloor: 1,
		ActivityNoun:     "read replica count",
		Source:           apiReference,
		Inferred:         Inferred{FactActivityNoun},
	},
	{
		Name: "workspaces:workspacespool:DesiredUserSessions", Namespace: "workspaces",
		Capacity:       "user sessions of a WorkSpaces pool",
		ResourceID:     grammar("workspacespool/<pool-id>", "workspacespool/wspool-123456", `wspool-[0-9a-z]+`),
		TargetTracking: true, Step: true, Scheduled: true,
		PredefinedMetrics: []string{"WorkSpacesAverageUserSessionsCapacityUtilization"},
		CustomMetrics:     true, MetricMath: true,
		// Not among the resources whose minimum may be 0.
		MinCapacityFloor: 1,
		ActivityNoun:     "desired user sessions",
		Source:           userGuide,
		Inferred:         Inferred{FactMinCapacity, FactActivityNoun},
	},
}

// dynamoDB builds a DynamoDB dimension. Provisioned throughput is tracked by
// one metric only, and customized metrics are refused.
func dynamoDB(name, capacity, metric, noun string, id Grammar, inferred Inferred) Dimension {
	return Dimension{
		Name: name, Namespace: "dynamodb",
		Capacity:       capacity,
		ResourceID:     id,
		TargetTracking: true, Scheduled: true,
		PredefinedMetrics: []string{metric},
		MinCapacityFloor:  1,
		ActivityNoun:      noun,
		Source:            apiReference,
		Inferred:          inferred,
	}
}

func comprehend(kind, words string) Dimension {
	return Dimension{
		Name: "comprehend:" + kind + ":DesiredInferenceUnits", Namespace: "comprehend",
		Capacity: "inference units of a Comprehend " + words + " endpoint",
		ResourceID: grammar("arn:<partition>:comprehend:<region>:<account>:"+kind+"/<endpoint-name>",
			"arn:aws:comprehend:us-west-2:123456789012:"+kind+"/reviews",
			partition, region, account, `\S+`),
		TargetTracking: true, Scheduled: true,
		PredefinedMetrics: []string{"ComprehendInferenceUtilization"},
		CustomMetrics:     true, MetricMath: true,
		MinCapacityFloor: 1,
		ActivityNoun:     "desired inference units",
		Source:           apiReference,
		Inferred:         Inferred{FactActivityNoun},
	}
}

func cassandra(direction, noun string) Dimension {
	return Dimension{
		Name: "cassandra:table:" + direction + "CapacityUnits", Namespace: "cassandra",
		Capacity:       noun + " capacity units of a Keyspaces table",
		ResourceID:     keyspaceTable,
		TargetTracking: true, Scheduled: true,
		PredefinedMetrics: []string{"Cassandra" + direction + "CapacityUtilization"},
		CustomMetrics:     true,
		MinCapacityFloor:  1,
		ActivityNoun:      noun + " capacity units",
		Source:            apiReference,
		Inferred:          Inferred{FactPredefinedMetrics, FactActivityNoun},
	}
}

func elastiCache(name, capacity, noun string, ceiling int32, id Grammar, metrics ...string) Dimension {
	return Dimension{
		Name: name, Namespace: "elasticache",
		Capacity:       capacity,
		ResourceID:     id,
		TargetTracking: true, Scheduled: true,
		PredefinedMetrics: metrics,
		CustomMetrics:     true, MetricMath: true,
		MinCapacityFloor:   1,
		MaxCapacityCeiling: ceiling,
		ActivityNoun:       noun,
		Source:             apiReference,
		Inferred:           Inferred{FactPredefinedMetrics, FactActivityNoun},
	}
}
