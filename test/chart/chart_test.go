package chart

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

const root = "../.."

func render(t *testing.T, values string) Objects {
	t.Helper()
	objects, err := Render(t.Context(), "setpoint", "ack-system", values)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func as[T any](t *testing.T, objects Objects, kind, name string) T {
	t.Helper()
	typed, err := As[T](objects, kind, name)
	if err != nil {
		t.Fatal(err)
	}
	return typed
}

func names(objects Objects) []string {
	var all []string
	for _, obj := range objects {
		all = append(all, strings.TrimSuffix(obj.GetKind()+" "+obj.GetNamespace()+"/"+obj.GetName(), "/"))
	}
	slices.Sort(all)
	return all
}

func ackValues(t *testing.T) string {
	t.Helper()
	values, err := os.ReadFile("testdata/ack-values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(values)
}

func TestWhatIsInstalledByDefault(t *testing.T) {
	objects := render(t, "crds: {install: false}")
	want := []string{
		"ClusterRole /setpoint", "ClusterRole /setpoint-edit", "ClusterRole /setpoint-view",
		"ClusterRoleBinding /setpoint",
		"Deployment ack-system/setpoint",
		"Role ack-system/setpoint-accounts", "Role ack-system/setpoint-leader-election",
		"RoleBinding ack-system/setpoint-accounts", "RoleBinding ack-system/setpoint-leader-election",
		"ServiceAccount ack-system/ack-applicationautoscaling-controller",
	}
	if diff := cmp.Diff(want, names(objects)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	pod := as[appsv1.Deployment](t, objects, "Deployment", "setpoint").Spec.Template.Spec
	for _, env := range pod.Containers[0].Env {
		if env.Name == "GOMEMLIMIT" && env.ValueFrom.ResourceFieldRef.Resource != "limits.memory" {
			t.Errorf("GOMEMLIMIT is %+v", env.ValueFrom)
		}
	}
	if limits := pod.Containers[0].Resources.Limits; !limits.Cpu().IsZero() || limits.Memory().IsZero() {
		t.Errorf("limits are %v: a CPU limit throttles, and without a memory limit a node suffers", limits)
	}
}

// ACK's chart sets AWS_ENDPOINT_URL whatever it is, and an empty value is a value to
// the AWS SDK.
func TestEmptyValuesSetNoVariables(t *testing.T) {
	for _, values := range []string{"crds: {install: false}", "{crds: {install: false}, aws: {endpoint_url: '', region: ''}}"} {
		for _, env := range as[appsv1.Deployment](t, render(t, values), "Deployment", "setpoint").Spec.Template.Spec.Containers[0].Env {
			if strings.HasPrefix(env.Name, "AWS_") {
				t.Errorf("%s: %s is set to %q", values, env.Name, env.Value)
			}
		}
	}
}

// ACK's chart has leader election off by default, and takes any number of replicas.
func TestSeveralReplicasHaveOneLeader(t *testing.T) {
	for values, says := range map[string]string{
		"{deployment: {replicas: 2}}":                                   "",
		"{deployment: {replicas: 1}, leaderElection: {enabled: false}}": "",
		"{deployment: {replicas: 2}, leaderElection: {enabled: false}}": "deployment.replicas is 2 and leaderElection.enabled is false",
	} {
		objects, err := Render(t.Context(), "setpoint", "ack-system", values)
		switch {
		case says != "":
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: two controllers would change the same AWS resources, and the chart says %v", values, err)
			}
		case err != nil:
			t.Errorf("%s: %v", values, err)
		default:
			args := as[appsv1.Deployment](t, objects, "Deployment", "setpoint").Spec.Template.Spec.Containers[0].Args
			off := slices.Contains(args, "--enable-leader-election=false")
			if off != strings.Contains(values, "enabled: false") {
				t.Errorf("%s: the arguments are %q", values, args)
			}
		}
	}
}

// The generated CRDs, and nothing else, with one annotation put in.
func TestTheCRDs(t *testing.T) {
	files, err := filepath.Glob(root + "/api/crds/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("found no CRDs: %v", err)
	}
	crds := render(t, "").OfKind("CustomResourceDefinition")
	if len(crds) != len(files) {
		t.Errorf("the chart has %d CRDs, make generate writes %d", len(crds), len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := os.ReadFile(filepath.Join(root, "deploy", "chart", "files", "crds", filepath.Base(file)))
		if err != nil || !bytes.Equal(text, copied) {
			t.Errorf("the chart's copy of %s is another: run make generate (%v)", file, err)
		}
		generated, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		kept := generated[0].GetAnnotations()
		kept["helm.sh/resource-policy"] = "keep"
		generated[0].SetAnnotations(kept)
		i := slices.IndexFunc(names(crds), func(n string) bool { return strings.HasSuffix(n, "/"+generated[0].GetName()) })
		if i < 0 {
			t.Errorf("the chart does not install %s", generated[0].GetName())
			continue
		}
		for _, crd := range crds {
			if crd.GetName() == generated[0].GetName() {
				if diff := cmp.Diff(generated[0].Object, crd.Object); diff != "" {
					t.Errorf("%s (-generated +chart):\n%s", file, diff)
				}
			}
		}
	}
	for _, crd := range render(t, "crds: {keep: false}").OfKind("CustomResourceDefinition") {
		if _, kept := crd.GetAnnotations()["helm.sh/resource-policy"]; kept {
			t.Errorf("%s is kept although crds.keep is false", crd.GetName())
		}
	}
}

func TestValuesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ reason, values, says string }{
		"unknown value": {
			"a typing error would be a setting that is silently not made", "{replicas: 2}", "additional properties 'replicas' not allowed",
		},
		"unknown nested value": {
			"the same one level down", "{deployment: {replica: 2}}", "at '/deployment': additional properties 'replica' not allowed",
		},
		"wrong type": {
			"Helm would render text where a number belongs", "{deployment: {replicas: two}}", "at '/deployment/replicas': got string, want integer",
		},
		"wrong word": {
			"a policy that does not exist must not decide whether AWS resources live", "{deletionPolicy: retian}",
			"at '/deletionPolicy': value must be one of 'delete', 'retain'",
		},
		"a mirror of ACK's image": {
			"it is another program, and would run with these flags", "{image: {repository: registry.example/aws/applicationautoscaling-controller}}",
			"which is the image of the ACK controller",
		},
		"two ways to roles": {
			"the controller would not start", "featureGates: {IAMRoleSelector: true}", "featureGates.IAMRoleSelector and enableCARM are both true",
		},
		"both budgets": {
			"Kubernetes takes one of them", "{podDisruptionBudget: {enabled: true, minAvailable: 1}}", "one of minAvailable and maxUnavailable",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, err := Render(t.Context(), "setpoint", "ack-system", c.values)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: want an error that says %q, got %v and %d objects", c.reason, c.says, err, len(objects))
			}
		})
	}
}

// What a values file of the ACK chart says is done. That the flags are those of
// the controller is tested beside the flags.
func TestValuesOfTheACKChart(t *testing.T) {
	objects := render(t, ackValues(t))
	deployment := as[appsv1.Deployment](t, objects, "Deployment", "ack-autoscaling")
	pod := deployment.Spec.Template
	container := pod.Spec.Containers[0]
	if container.Image != "setpoint-controller:0.1.0" || container.ImagePullPolicy != corev1.PullAlways || pod.Spec.ImagePullSecrets[0].Name != "registry" {
		t.Errorf("image %s %s %v: ACK's image is another program", container.Image, container.ImagePullPolicy, pod.Spec.ImagePullSecrets)
	}
	if pod.Annotations["prometheus.io/scrape"] != "true" || pod.Labels["team"] != "ml" || pod.Labels["app.kubernetes.io/name"] != "autoscaling" {
		t.Errorf("annotations %v, labels %v", pod.Annotations, pod.Labels)
	}
	if !pod.Spec.HostNetwork || pod.Spec.DNSPolicy != corev1.DNSClusterFirstWithHostNet || pod.Spec.PriorityClassName != "system-cluster-critical" ||
		len(pod.Spec.Tolerations) != 1 || pod.Spec.Affinity.NodeAffinity == nil || pod.Spec.NodeSelector["kubernetes.io/os"] != "linux" ||
		*pod.Spec.TerminationGracePeriodSeconds != 10 || deployment.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType || container.Ports[0].ContainerPort != 9090 {
		t.Errorf("the pod is %+v", pod.Spec)
	}
	environment := map[string]string{}
	for _, env := range container.Env {
		if _, twice := environment[env.Name]; twice {
			t.Errorf("%s is set twice: server-side apply refuses that", env.Name)
		}
		environment[env.Name] = env.Value
	}
	want := map[string]string{
		"ACK_SYSTEM_NAMESPACE": "", "GOMEMLIMIT": "", // by reference
		"AWS_ENDPOINT_URL": "http://localstack:4566", "AWS_SHARED_CREDENTIALS_FILE": "/var/run/secrets/aws/credentials", "AWS_PROFILE": "scaling",
		"AWS_CA_BUNDLE": "/certificates/ca.pem", "AWS_REGION": "eu-central-1",
	}
	if diff := cmp.Diff(want, environment); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if len(pod.Spec.Volumes) != 2 || len(container.VolumeMounts) != 2 || container.Resources.Limits.Cpu().String() != "100m" {
		t.Errorf("volumes %v, mounts %v, limits %v", pod.Spec.Volumes, container.VolumeMounts, container.Resources.Limits)
	}
	account := as[corev1.ServiceAccount](t, objects, "ServiceAccount", "ack-applicationautoscaling-controller")
	service := as[corev1.Service](t, objects, "Service", "ack-autoscaling-metrics")
	if account.Annotations["eks.amazonaws.com/role-arn"] == "" || service.Spec.Type != corev1.ServiceTypeNodePort || service.Spec.Selector["app.kubernetes.io/name"] != "autoscaling" {
		t.Errorf("service account %v, service %+v", account.Annotations, service.Spec)
	}
	if role := as[rbacv1.Role](t, objects, "Role", "ack-autoscaling"); role.Labels["team"] != "ml" {
		t.Errorf("labels of the Role: %v", role.Labels)
	}
}

// What the ACK chart has not.
func TestWhatThisChartAdds(t *testing.T) {
	objects := render(t, `
image: {repository: registry.example/setpoint, digest: "sha256:`+strings.Repeat("a", 64)+`"}
deployment: {replicas: 2, extraArgs: [--http-client-timeout=30s]}
podDisruptionBudget: {enabled: true, minAvailable: 50%, maxUnavailable: null}
topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]
serviceMonitor: {enabled: true, labels: {release: prometheus}}
networkPolicy: {enabled: true, metricsFrom: [{namespaceSelector: {}}]}
extraObjects:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: "{{ .Release.Name }}-map"}}
  - |
    apiVersion: v1
    kind: Secret
    metadata: {name: "{{ .Release.Name }}-text"}
`)
	pod := as[appsv1.Deployment](t, objects, "Deployment", "setpoint").Spec.Template
	container := pod.Spec.Containers[0]
	if !strings.HasPrefix(container.Image, "registry.example/setpoint@sha256:aaa") || !slices.Contains(container.Args, "--http-client-timeout=30s") {
		t.Errorf("image %s, flags %v", container.Image, container.Args)
	}
	if spread := pod.Spec.TopologySpreadConstraints[0]; spread.TopologyKey == "" || !cmp.Equal(spread.LabelSelector.MatchLabels, pod.Labels) {
		t.Errorf("%+v does not select the pods, which have %v", spread, pod.Labels)
	}
	budget := as[policyv1.PodDisruptionBudget](t, objects, "PodDisruptionBudget", "setpoint").Spec
	if budget.MinAvailable.String() != "50%" || budget.MaxUnavailable != nil || !cmp.Equal(budget.Selector.MatchLabels, pod.Labels) {
		t.Errorf("budget %+v", budget)
	}
	network := as[networkingv1.NetworkPolicy](t, objects, "NetworkPolicy", "setpoint").Spec
	if len(network.PolicyTypes) != 2 || len(network.Ingress) != 1 || len(network.Ingress[0].From) != 1 || !cmp.Equal(network.PodSelector.MatchLabels, pod.Labels) {
		t.Errorf("network policy %+v", network)
	}
	for _, want := range []string{"ServiceMonitor ack-system/setpoint", "Service ack-system/setpoint-metrics", "ConfigMap /setpoint-map", "Secret /setpoint-text"} {
		if !slices.Contains(names(objects), want) {
			t.Errorf("there is no %s in %v", want, names(objects))
		}
	}
}

// Without a lease two pods of one Deployment would work at once while it is
// rolled out.
func TestWithoutLeaderElectionPodsAreReplaced(t *testing.T) {
	objects := render(t, "leaderElection: {enabled: false}")
	if strategy := as[appsv1.Deployment](t, objects, "Deployment", "setpoint").Spec.Strategy.Type; strategy != appsv1.RecreateDeploymentStrategyType {
		t.Errorf("strategy is %q", strategy)
	}
	if slices.Contains(names(objects), "Role ack-system/setpoint-leader-election") {
		t.Error("there is a Role for the lease that nobody takes")
	}
}

// Warnings, which Helm prints after an installation.
func TestNotes(t *testing.T) {
	for name, c := range map[string]struct{ values, says string }{
		"no image":      {"{}", "No image is published yet"},
		"ACK's image":   {"{image: {repository: public.ecr.aws/aws-controllers-k8s/applicationautoscaling-controller}}", "is the ACK controller's"},
		"ACK's resync":  {"{reconcile: {defaultResyncPeriod: 36000}}", "leave the value out"},
		"ACK's workers": {"{reconcile: {defaultMaxConcurrentSyncs: 1}}", "no reads are shared"},
		"ACK's kinds":   {"{reconcile: {resources: [ScalableTarget, ScalingPolicy]}}", "ScheduledAction objects are left alone"},
		"Secrets":       {"{}", "write ConfigMaps only"},
		"no effect":     {"{watchNamespace: team-a}", "has no effect"},
		"no CRDs":       {"{crds: {install: false}}", "see that they are there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := Helm(t.Context(), c.values, "install", "setpoint", "deploy/chart", "--dry-run=client", "--values", "-")
			if err != nil {
				t.Fatal(err)
			}
			if _, notes, ok := strings.Cut(string(out), "\nNOTES:"); !ok || !strings.Contains(notes, c.says) {
				t.Errorf("the notes do not say %q:\n%s", c.says, notes)
			}
		})
	}
}

func TestHelmFindsNothingToComplainAbout(t *testing.T) {
	for _, values := range []string{"", ackValues(t)} {
		if out, err := Helm(t.Context(), values, "lint", "deploy/chart", "--strict", "--values", "-"); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if out, err := Helm(t.Context(), "", "package", "deploy/chart", "--destination", t.TempDir()); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
