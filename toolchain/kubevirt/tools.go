//go:build tools

// Package tools pins the types that KubeVirt's definitions are made from.
package tools

import _ "kubevirt.io/api/core/v1"
