#!/bin/sh
cat > /dev/null
cat <<X
apiVersion: v1
kind: ConfigMap
metadata:
  name: made
  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
    kustomize.config.k8s.io/behavior: create
data: {arg: "$1", env: "$FOO-$BAR"}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
X
