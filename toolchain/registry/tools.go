//go:build tools

// Package tools pins a registry for charts and images.
package tools

import _ "github.com/google/go-containerregistry/cmd/registry"
