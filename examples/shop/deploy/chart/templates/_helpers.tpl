{{/* The chart's name, short enough for a label. */}}
{{- define "shop.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The release's full name, short enough for a DNS label. */}}
{{- define "shop.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "shop.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "shop.selectorLabels" -}}
app.kubernetes.io/name: {{ include "shop.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "shop.labels" -}}
helm.sh/chart: {{ include "shop.chart" . }}
{{ include "shop.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ .Values.global.team | kebabcase }}
{{- end }}

{{- define "shop.serviceAccountName" -}}
{{- ternary (include "shop.fullname" .) "default" .Values.serviceAccount.create }}
{{- end }}

{{/* The image of a track; while a canary runs, stable keeps its own digest. */}}
{{- define "shop.image" -}}
{{- $digest := required "image.digest is not set: promote a release first" .root.Values.image.digest -}}
{{- if eq .track "stable" }}{{ $digest = .root.Values.image.stable | default $digest }}{{ end -}}
{{- printf "%s@%s" .root.Values.image.repository $digest -}}
{{- end }}

{{/* One of the two tracks: (dict "root" $ "track" "stable" "replicas" 2) */}}
{{- define "shop.deployment" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" $root }}{{ if ne .track "stable" }}-{{ .track }}{{ end }}
  labels:
    {{- include "shop.labels" $root | nindent 4 }}
    track: {{ .track }}
spec:
  {{- if not (and $root.Values.autoscaling.enabled (eq .track "stable")) }}
  replicas: {{ .replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "shop.selectorLabels" $root | nindent 6 }}
      track: {{ .track }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
        {{- with $root.Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      labels:
        {{- include "shop.labels" $root | nindent 8 }}
        track: {{ .track }}
    spec:
      serviceAccountName: {{ include "shop.serviceAccountName" $root }}
      securityContext:
        {{- toYaml $root.Values.podSecurityContext | nindent 8 }}
      containers:
        - name: {{ $root.Chart.Name }}
          image: {{ include "shop.image" . | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: ["--config", "/release.json"]
          ports:
            - name: http-web
              containerPort: {{ $root.Values.service.targetPort }}
              protocol: TCP
          env:
            - name: SHOP_SERVICE
              value: {{ include "shop.fullname" $root }}
            - name: SHOP_NAMESPACE
              value: {{ $root.Release.Namespace }}
            - name: SHOP_WORKLOAD
              value: {{ include "shop.fullname" $root }}{{ if ne .track "stable" }}-{{ .track }}{{ end }}
            {{- range $name, $value := $root.Values.env }}
            - name: {{ $name | snakecase | upper }}
              value: {{ tpl ($value | toString) $root | quote }}
            {{- end }}
          livenessProbe:
            httpGet: {path: /healthz, port: http-web}
          readinessProbe:
            httpGet: {path: /healthz, port: http-web}
            periodSeconds: 5
          securityContext:
            {{- toYaml $root.Values.securityContext | nindent 12 }}
          resources:
            {{- toYaml $root.Values.resources | nindent 12 }}
          volumeMounts:
            - name: config
              mountPath: /srv/shop
              readOnly: true
      volumes:
        - name: config
          configMap:
            name: {{ include "shop.fullname" $root }}
      {{- with $root.Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
