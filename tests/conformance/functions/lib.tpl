{{- define "lib.name" }}name of {{ .Release.Name | default "nobody" }}{{ end }}
{{- define "lib.echo" }}<{{ . }}>{{ end }}
{{- define "lib.fail" }}{{ fail "the library fails" }}{{ end }}
{{- define "lib.nested" }}{{ include "lib.echo" . }}{{ template "lib.echo" 1 }}{{ end }}
{{- define "lib.variables" }}{{ $x := . }}{{ range $i, $y := list 1 2 }}{{ $x = add $i $y }}{{ end }}{{ $x }}{{ end }}
