//go:build tools

// Package tools pins a provider of Crossplane: its controller and the types of its definitions.
package tools

import _ "github.com/crossplane-contrib/provider-kubernetes/cmd/provider"
