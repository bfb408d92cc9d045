//go:build !csharp

package main

import (
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

var generators = map[string]func(*schema.Package) (files, error){
	"nodejs": func(p *schema.Package) (files, error) {
		return nodejs.GeneratePackage(tool, p, nil, nil, true, noPackages{})
	},
	"python": func(p *schema.Package) (files, error) { return python.GeneratePackage(tool, p, nil, noPackages{}) },
	"go":     func(p *schema.Package) (files, error) { return golang.GeneratePackage(tool, p, nil) },
}
