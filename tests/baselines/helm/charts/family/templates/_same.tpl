{{ define "same.name" }}parent{{ end }}
