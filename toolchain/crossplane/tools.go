//go:build tools

// Package tools pins the types that Crossplane's definitions are made from.
package tools

import _ "github.com/crossplane/crossplane/v2/apis/apiextensions/v1"
