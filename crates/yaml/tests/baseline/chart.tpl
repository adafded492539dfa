kind: Baseline
read:
{{- range .Files.Get "texts.json" | fromJsonArray }}
- {{ fromYaml . | toJson | toJson }}
{{- end }}
written:
{{- range .Files.Get "values.json" | fromJsonArray }}
- {{ toYaml . | toJson }}
{{- end }}
pretty:
{{- range .Files.Get "values.json" | fromJsonArray }}
- {{ toYamlPretty . | toJson }}
{{- end }}
