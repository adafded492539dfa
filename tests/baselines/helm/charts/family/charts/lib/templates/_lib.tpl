{{ define "lib.greet" }}hello {{ .who }}{{ end }}
