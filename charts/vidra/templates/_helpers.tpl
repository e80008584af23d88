{{- define "vidra.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* As long as a name may be with the longest of the endings that are put to it. */}}
{{- define "vidra.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "vidra.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "vidra.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "vidra.selector" -}}
app.kubernetes.io/name: {{ include "vidra.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "vidra.labels" -}}
{{ include "vidra.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Another name than the operator's: no Service, policy or Deployment of the one selects Pods of the other. */}}
{{- define "vidra.uiSelector" -}}
app.kubernetes.io/name: {{ include "vidra.name" . }}-ui
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "vidra.uiLabels" -}}
{{ include "vidra.uiSelector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "vidra.account" -}}
{{- $account := .Values.controllerManager.serviceAccount }}
{{- if $account.create }}
{{- default (include "vidra.fullname" .) $account.name }}
{{- else }}
{{- required "controllerManager.serviceAccount.name: say which ServiceAccount, as none is created" $account.name }}
{{- end }}
{{- end }}

{{- define "vidra.subject" -}}
- kind: ServiceAccount
  name: {{ include "vidra.account" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- define "vidra.image" -}}
{{- $image := .Values.controllerManager.manager.image }}
{{- $repository := required "controllerManager.manager.image.repository: say where the image of Vidra is" $image.repository }}
{{- if $image.digest }}
{{- printf "%s@%s" $repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .Chart.AppVersion $image.tag) }}
{{- end }}
{{- end }}

{{/* The verbs that Vidra uses on an object that it manages. */}}
{{- define "vidra.verbs" -}}
[get, list, watch, create, patch, delete]
{{- end }}

{{/* On which nodes Pods may be, from the values of a Deployment. */}}
{{- define "vidra.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
