{{ define "same.name" }}child{{ end }}
