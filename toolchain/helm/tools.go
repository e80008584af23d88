//go:build tools

// Package tools pins the helm that installs charts.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
