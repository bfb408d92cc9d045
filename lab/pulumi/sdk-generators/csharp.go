//go:build csharp

// v3.206.0 is the last of these modules that has a generator for C#.

package main

import (
	"net/http"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

var generators = map[string]func(*schema.Package) (files, error){
	"csharp": func(p *schema.Package) (files, error) { return dotnet.GeneratePackage(tool, p, nil, nil) },
}

// nothing answers the generator, which asks for a picture of Pulumi's.
type nothing struct{}

func (nothing) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func init() {
	http.DefaultTransport = nothing{}
}
