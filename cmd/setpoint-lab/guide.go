package main

import "slices"

// predefined is the guide's first example.
const predefined = "$EXAMPLES/hosting-autoscaling-predefined.yaml"

// guide is the SageMaker guide, step by step.
func guide() []step { return slices.Concat(declaring(), scaling(), changing(), furtherExamples()) }

func declaring() []step {
	return []step{
		{
			title: "The API server knows the three kinds",
			why:   "They are those of the ACK controller, so manifests written for it apply unchanged; ScheduledAction is new.",
			actions: []action{
				runKubectl("get crd"),
				runKubectl("api-resources --api-group=applicationautoscaling.services.k8s.aws"),
			},
		},
		{
			title:   "There is an endpoint to scale",
			why:     "The lab starts with a SageMaker endpoint that has one variant, AllTraffic, on one instance.",
			actions: []action{awsEndpoint()},
		},
		{
			title: "Register the variant and put a policy on it",
			why:   "One file declares both. The order of the objects does not matter: the policy waits for its target.",
			actions: []action{
				runKubectl("apply -f " + predefined),
				runKubectl("wait --for=condition=Ready --timeout=30s -f " + predefined),
			},
		},
		{
			title: "See what became of it, in Kubernetes and in AWS",
			why:   "The policy's status holds its ARN and the two alarms that AWS made for it; AWS says the same.",
			actions: []action{
				runKubectl("get autoscaling"),
				runKubectl("describe scalingpolicy"),
				awsTargets(), awsPolicies(), awsAlarms(),
			},
		},
	}
}

func scaling() []step {
	return []step{
		{
			title: "Watch it scale out",
			why: "100 requests a minute are more than the 60 that the policy keeps an instance at. The time of the local AWS passes\n" +
				"60 times faster from here: three minutes above the target, and CloudWatch tells Application Auto Scaling.",
			actions: []action{
				putAdmin("clock", `{"speed": 60}`),
				putAdmin("traffic", `{"resourceId": "`+variant+`", "traffic": {"type": "constant", "rate": 100}}`),
				watchUntil(2),
				awsEndpoint(),
			},
		},
		{
			title: "And in again, when the traffic stops",
			why:   "AWS is slower there: fifteen minutes well below the target, and scaleInCooldown must have passed.",
			actions: []action{
				deleteTraffic(),
				watchUntil(1),
				awsActivities(),
				putAdmin("clock", `{"speed": 1}`),
			},
		},
	}
}

func changing() []step {
	return []step{
		{
			title: "Change it in place",
			why:   "Edit the file and apply it again: no object is deleted, and only what differs is sent to AWS.",
			actions: []action{
				applyEdited(predefined, "maxCapacity: 2", "maxCapacity: 4", "targetValue: 60", "targetValue: 70"),
				runKubectl("wait --for=condition=Ready --timeout=30s -f " + predefined),
				awsTargets(), awsPolicies(),
				runKubectl("events --types=Normal"),
			},
		},
		{
			title: "A mistake is told before it reaches AWS",
			why:   "The API server refuses what cannot work, and says what to write instead.",
			actions: []action{
				refused(applyEdited(predefined, "minCapacity: 1", "minCapacity: 9")),
			},
		},
		{
			title: "Delete both",
			why:   "Policy, alarms and target disappear from AWS before the objects do.",
			actions: []action{
				runKubectl("delete -f " + predefined),
				awsTargets(), awsAlarms(),
			},
		},
	}
}

func furtherExamples() []step {
	return []step{
		{
			title: "A metric of your own, and scale-in suspended",
			why:   "The second example of the guide: CPU utilization, and a target that may grow but not shrink.",
			actions: []action{
				runKubectl("apply -f $EXAMPLES/hosting-autoscaling-custom-metric.yaml"),
				runKubectl("wait --for=condition=Ready --timeout=30s -f $EXAMPLES/hosting-autoscaling-custom-metric.yaml"),
				runKubectl("get autoscaling"),
				awsAlarms(),
				runKubectl("delete -f $EXAMPLES/hosting-autoscaling-custom-metric.yaml"),
			},
		},
		{
			title: "Business hours",
			why:   "Scheduled actions raise and lower the bounds by the clock of a time zone.",
			actions: []action{
				runKubectl("apply -f $EXAMPLES/hosting-autoscaling-scheduled.yaml"),
				runKubectl("wait --for=condition=Ready --timeout=30s -f $EXAMPLES/hosting-autoscaling-scheduled.yaml"),
				runKubectl("get scheduledactions"),
				awsActions(),
				runKubectl("delete -f $EXAMPLES/hosting-autoscaling-scheduled.yaml"),
				awsTargets(),
			},
		},
		{
			title:   "Two weeks in a second",
			why:     "The engine that has just scaled the variant also answers what the policy would do on other traffic, without any AWS.",
			actions: []action{simulateWeeks("-f " + predefined + " --shape weekly --peak 110 --activities 3 --html $DIR/simulation.html")},
		},
	}
}
