{{- define "setpoint.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "setpoint.fullname" -}}
{{- $name := include "setpoint.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "setpoint.selectorLabels" -}}
app.kubernetes.io/name: {{ include "setpoint.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "setpoint.labels" -}}
{{ include "setpoint.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "setpoint.serviceAccountName" -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}

{{- /* The subject of all bindings. */ -}}
{{- define "setpoint.subject" -}}
- kind: ServiceAccount
  name: {{ include "setpoint.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- define "setpoint.namespaced" -}}
{{- if eq .Values.installScope "namespace" }}true{{ end -}}
{{- end -}}

{{- /* The watched namespaces, separated by commas; empty means all. */ -}}
{{- define "setpoint.namespaces" -}}
{{- if include "setpoint.namespaced" . -}}
{{- $names := list -}}
{{- range splitList "," (.Values.watchNamespace | default .Release.Namespace) -}}
{{- with trim . -}}{{- $names = append $names . -}}{{- end -}}
{{- end -}}
{{- join "," ($names | uniq) -}}
{{- end -}}
{{- end -}}

{{- define "setpoint.leaseNamespace" -}}
{{- .Values.leaderElection.namespace | default .Release.Namespace -}}
{{- end -}}

{{- /* What the ACK chart's own default names, in values that were copied whole. */ -}}
{{- define "setpoint.ackImage" -}}public.ecr.aws/aws-controllers-k8s/applicationautoscaling-controller{{- end -}}

{{- define "setpoint.image" -}}
{{- $image := .Values.image -}}
{{- $repository := $image.repository -}}
{{- $tag := $image.tag | default .Chart.AppVersion -}}
{{- if eq $repository (include "setpoint.ackImage" .) -}}
{{- $repository = "setpoint-controller" -}}
{{- $tag = .Chart.AppVersion -}}
{{- else if hasSuffix "/applicationautoscaling-controller" $repository -}}
{{- fail (printf "image.repository is %s, which is the image of the ACK controller: write where the image of setpoint-controller is, and its tag in image.tag" $repository) -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (toString $tag) -}}
{{- end -}}
{{- end -}}

{{- /* What is wrong with values that are each right alone. */ -}}
{{- define "setpoint.check" -}}
{{- if and (gt (int .Values.deployment.replicas) 1) (not .Values.leaderElection.enabled) -}}
{{- fail (printf "deployment.replicas is %d and leaderElection.enabled is false: several controllers would change the same AWS resources at once. Set leaderElection.enabled to true, or deployment.replicas to 1." (int .Values.deployment.replicas)) -}}
{{- end -}}
{{- if and (include "setpoint.roleSelectors" .) .Values.enableCARM -}}
{{- fail "featureGates.IAMRoleSelector and enableCARM are both true: roles are chosen by selectors or by the ConfigMaps, not by both. Set one of them to false." -}}
{{- end -}}
{{- if .Values.podDisruptionBudget.enabled -}}
{{- $budget := .Values.podDisruptionBudget -}}
{{- if eq (kindIs "invalid" $budget.minAvailable) (kindIs "invalid" $budget.maxUnavailable) -}}
{{- fail "podDisruptionBudget takes one of minAvailable and maxUnavailable: set the one that you mean, and the other to null" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "setpoint.roleSelectors" -}}
{{- if dig "IAMRoleSelector" false (.Values.featureGates | default dict) }}true{{ end -}}
{{- end -}}

{{- define "setpoint.args" -}}
- --metrics-addr=:{{ .Values.deployment.containerPort }}
- --healthz-addr=:8081
- --log-level={{ .Values.log.level }}
{{- if .Values.log.enable_development_logging }}
- --enable-development-logging
{{- end }}
{{- with .Values.aws.region }}
- {{ printf "--aws-region=%s" . | quote }}
{{- end }}
{{- with .Values.aws.endpoint_url }}
- {{ printf "--aws-endpoint-url=%s" . | quote }}
{{- end }}
{{- with .Values.aws.identity_endpoint_url }}
- {{ printf "--aws-identity-endpoint-url=%s" . | quote }}
{{- end }}
{{- if .Values.aws.allow_unsafe_aws_endpoint_urls }}
- --allow-unsafe-aws-endpoint-urls
{{- end }}
{{- with include "setpoint.namespaces" . }}
- --watch-namespace={{ . }}
{{- end }}
{{- with .Values.watchSelectors }}
- {{ printf "--watch-selectors=%s" . | quote }}
{{- end }}
- --deletion-policy={{ .Values.deletionPolicy | default "delete" }}
- --enable-leader-election={{ .Values.leaderElection.enabled }}
{{- if .Values.leaderElection.enabled }}
- --leader-election-namespace={{ include "setpoint.leaseNamespace" . }}
{{- end }}
- --enable-carm={{ .Values.enableCARM }}
- --enable-cross-namespace={{ .Values.enableCrossNamespace }}
- --enable-field-export-reconciler={{ .Values.fieldExport.enabled }}
{{- with int .Values.reconcile.defaultResyncPeriod }}
- --reconcile-default-resync-seconds={{ . }}
{{- end }}
{{- with int .Values.reconcile.defaultMaxConcurrentSyncs }}
- --reconcile-default-max-concurrent-syncs={{ . }}
{{- end }}
{{- range $kind, $seconds := .Values.reconcile.resourceResyncPeriods }}
- --reconcile-resource-resync-seconds={{ $kind }}={{ int $seconds }}
{{- end }}
{{- range $kind, $number := .Values.reconcile.resourceMaxConcurrentSyncs }}
- --reconcile-resource-max-concurrent-syncs={{ $kind }}={{ int $number }}
{{- end }}
{{- with .Values.reconcile.resources }}
- --reconcile-resources={{ join "," . }}
{{- end }}
{{- with .Values.resourceTags }}
- {{ printf "--resource-tags=%s" (join "," .) | quote }}
{{- end }}
{{- $gates := list }}
{{- range $gate, $on := .Values.featureGates }}
{{- $gates = append $gates (printf "%s=%t" $gate $on) }}
{{- end }}
{{- with $gates }}
- --feature-gates={{ join "," . }}
{{- end }}
{{- with .Values.deployment.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "setpoint.env" -}}
- name: ACK_SYSTEM_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- with .Values.aws.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.aws.endpoint_url }}
- name: AWS_ENDPOINT_URL
  value: {{ . | quote }}
{{- end }}
{{- if .Values.aws.credentials.secretName }}
- name: AWS_SHARED_CREDENTIALS_FILE
  value: {{ printf "/var/run/secrets/aws/%s" .Values.aws.credentials.secretKey | quote }}
- name: AWS_PROFILE
  value: {{ .Values.aws.credentials.profile | quote }}
{{- end }}
{{- if dig "limits" "memory" "" (.Values.resources | default dict) }}
- name: GOMEMLIMIT
  valueFrom: {resourceFieldRef: {containerName: controller, resource: limits.memory}}
{{- end }}
{{- end -}}

{{- /* The environment, in which a name occurs once: an extra variable replaces
ours. Server-side apply refuses a list that names something twice. */ -}}
{{- define "setpoint.wholeEnv" -}}
{{- $extra := .Values.deployment.extraEnvVars | default list -}}
{{- $replaced := list -}}
{{- range $extra -}}{{- $replaced = append $replaced .name -}}{{- end -}}
{{- $env := list -}}
{{- range include "setpoint.env" . | fromYamlArray -}}
{{- if not (has .name $replaced) -}}{{- $env = append $env . -}}{{- end -}}
{{- end -}}
{{- toYaml (concat $env $extra) -}}
{{- end -}}
