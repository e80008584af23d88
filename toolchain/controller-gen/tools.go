//go:build tools

// Package tools pins what makes CustomResourceDefinitions from Go types.
package tools

import _ "sigs.k8s.io/controller-tools/cmd/controller-gen"
