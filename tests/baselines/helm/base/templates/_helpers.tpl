{{- define "base.name" -}}{{ .Chart.Name }}-{{ .Release.Name }}{{- end -}}
{{- define "base.labels" }}
app: {{ include "base.name" . }}
release: {{ .Release.Name | quote }}
{{- end }}
{{- define "base.loop" -}}{{ include "base.loop" . }}{{- end -}}
{{- define "base.nil" -}}{{ .Values.missing.field }}{{- end -}}
{{- define "base.fail" -}}{{ fail "told so" }}{{- end -}}
{{- define "base.dict" -}}{{ .name }}={{ .value }}{{- end -}}
