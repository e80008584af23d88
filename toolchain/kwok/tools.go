//go:build tools

// Package tools pins the kwok that makes pods of a control plane run.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
