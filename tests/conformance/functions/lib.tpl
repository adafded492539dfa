{{- define "lib.name" }}name of {{ .Release.Name | default "nobody" }}{{ end }}
{{- define "lib.echo" }}<{{ . }}>{{ end }}
{{- define "lib.fail" }}{{ fail "the library fails" }}{{ end }}
{{- define "lib.nested" }}{{ include "lib.echo" . }}{{ template "lib.echo" 1 }}{{ end }}
{{- define "lib.variables" }}{{ $x := . }}{{ range $i, $y := list 1 2 }}{{ $x = add $i $y }}{{ end }}{{ $x }}{{ end }}
{{- define "lib.map" }}{{ range $k, $v := . }}{{ $k }}={{ $v | quote }} {{ end }}{{ end }}
{{- define "lib.list" }}{{ range . }}- {{ . }}{{ "\n" }}{{ else }}[]{{ end }}{{ end }}
{{- define "lib.deep" }}{{ with .Values.nested }}{{ with .a }}{{ .b.c }}{{ $.Release.Name }}{{ end }}{{ end }}{{ end }}
{{- define "lib.yaml" }}
a: {{ .Values.int }}
b: [{{ .Values.text }}, {{ .Values.yes }}]
{{- end }}
{{- define "lib.recursive" }}{{ . }}{{ if gt (int .) 0 }},{{ include "lib.recursive" (sub (int .) 1) }}{{ end }}{{ end }}
