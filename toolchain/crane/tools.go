//go:build tools

// Package tools pins a client of registries.
package tools

import _ "github.com/google/go-containerregistry/cmd/crane"
