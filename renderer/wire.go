package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// protocol is the version of what follows; vidra.render.wire has the same number.
const protocol = 1

type request struct {
	Protocol  int               `json:"protocol"`
	Helm      *helmRequest      `json:"helm"`
	Kustomize *kustomizeRequest `json:"kustomize"`
	Probe     *probeRequest     `json:"probe"`
}

type helmRequest struct {
	Chart       []byte            `json:"chart"`
	Files       map[string][]byte `json:"files"`
	Release     string            `json:"release"`
	Namespace   string            `json:"namespace"`
	Values      []valuesText      `json:"values"`
	KubeVersion string            `json:"kubeVersion"`
	APIVersions []string          `json:"apiVersions"`
	Lookups     []declared        `json:"lookups"`
	CRDs        string            `json:"crds"`
	Twice       bool              `json:"twice"`
}

type valuesText struct {
	Name   string `json:"name"`
	Text   []byte `json:"text"`
	Secret bool   `json:"secret"`
}

type declared struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	Object     object `json:"object"`
}

// object is one of a cluster. Its whole numbers are integers, as a client of Kubernetes has them: templates show 1000000
// and not 1e+06.
type object map[string]any

func (o *object) UnmarshalJSON(text []byte) error {
	return utiljson.Unmarshal(text, (*map[string]any)(o))
}

type kustomizeRequest struct {
	Files     map[string][]byte `json:"files"`
	Folder    string            `json:"folder"`
	Variables *[]variable       `json:"variables"`
}

type variable struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Secret bool   `json:"secret"`
}

type answer struct {
	Protocol int               `json:"protocol"`
	Text     []byte            `json:"text,omitempty"`
	Remarks  []remark          `json:"remarks,omitempty"`
	Read     []string          `json:"read,omitempty"`
	Renderer string            `json:"renderer,omitempty"`
	Error    *fault            `json:"error,omitempty"`
	Secrets  []string          `json:"secrets,omitempty"` // what no message may hold: who asked takes it out
	Probed   map[string]string `json:"probed,omitempty"`
}

type remark struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// Kinds of remarks; vidra.render.rendered says what each means.
const (
	testLeftOut      = "TestLeftOut"
	hookLeftOut      = "HookLeftOut"
	hookChanged      = "HookChanged"
	crdsLeftOut      = "CRDsLeftOut"
	lookupEmpty      = "LookupEmpty"
	notDeterministic = "NotDeterministic"
	deprecated       = "Deprecated"
)

type fault struct {
	Fault   string `json:"fault"`
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
}

// Kinds of faults; vidra.render.errors says what each means.
const (
	badChart         = "Chart"
	badDependency    = "Dependency"
	badKubeVersion   = "KubeVersion"
	badValues        = "Values"
	badTemplate      = "Template"
	badManifest      = "Manifest"
	badKustomization = "Kustomization"
	remote           = "Remote"
	program          = "Program"
	badVariable      = "Variable"
	tooLarge         = "TooLarge"
	tooLong          = "TooLong"
	missing          = "Missing"
	failed           = "Failed"
)

func (f *fault) Error() string { return f.Message }

// in says where it is.
func (f *fault) in(file string, line int) *fault {
	f.File, f.Line = file, line
	return f
}

// longest is how much of a message is sent: Helm repeats a template for each level that includes it. Who reads it takes
// secrets out first, and then shows less of both ends, so that none is shown by half.
const longest = 16 << 10

func faultf(kind, format string, arguments ...any) *fault {
	message := fmt.Sprintf(format, arguments...)
	if len(message) > longest {
		message = message[:longest/2] + " ... " + message[len(message)-longest/2:]
	}
	return &fault{Fault: kind, Message: strings.ToValidUTF8(message, "?")}
}

func failure(f *fault) *answer { return &answer{Error: f} }

// made names a library and its version: helm/v4.3.2.
func made(name, module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return name + "/" + strings.TrimSpace(dependency.Version)
			}
		}
	}
	return name
}
