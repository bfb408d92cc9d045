//go:build tools

// Package tools pins the Pulumi CLI, which has no installer that works without its vendor's site.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
