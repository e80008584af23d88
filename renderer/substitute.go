package main

import (
	"regexp"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

// substituteMark, as label or annotation with the value "disabled", leaves an object as it is; it is Flux' own.
const substituteMark = "kustomize.toolkit.fluxcd.io/substitute"

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func excluded(made *resource.Resource) bool {
	return made.GetAnnotations()[substituteMark] == "disabled" || made.GetLabels()[substituteMark] == "disabled"
}

// substitute puts variables into the text of an object, as Flux does with its strict gate: what has neither value nor
// default is an error, for an empty text in its place would be applied.
func substitute(object, text string, variables []variable) (string, *fault) {
	values := map[string]string{}
	for _, each := range variables {
		if !variableName.MatchString(each.Name) {
			return "", faultf(badVariable, "%q is no name of a variable: letters, digits and _, and no digit at its start", each.Name)
		}
		values[each.Name] = strings.ReplaceAll(each.Value, "\n", "")
	}
	replaced, err := envsubst.Eval(text, func(name string) (string, bool) {
		value, found := values[name]
		return value, found
	})
	if err != nil {
		return "", faultf(badVariable, "variables cannot be put into %s: %v; give it a value or a default (${NAME:=default}), "+
			"write $${NAME} for the text itself, or annotate the object with %s: disabled", object, err, substituteMark)
	}
	var document map[string]any
	if err := yaml.Unmarshal([]byte(replaced), &document); err != nil {
		return "", faultf(badVariable, "%s is no manifest any more when its variables are put in; perhaps one needs quotes", object)
	}
	return replaced, nil
}
