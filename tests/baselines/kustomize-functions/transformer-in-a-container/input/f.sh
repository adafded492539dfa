#!/bin/sh
cat > /dev/null
cat <<X
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: n, labels: {touched: "yes"}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: added}
results: []
X
