package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// How much is said of what differs.
const (
	mostObjects = 20
	mostFields  = 3
)

// differences name the fields that are others when the same chart is rendered again; never their values.
func differences(once, again []byte) []remark {
	first, second := objects(once), objects(again)
	if len(first) != len(second) {
		return []remark{{notDeterministic, "each time the chart is rendered, it makes other objects"}}
	}
	var all []remark
	for place := range first {
		fields := differing("", first[place], second[place])
		if len(fields) == 0 {
			continue
		}
		if len(all) == mostObjects {
			return append(all, remark{notDeterministic, "and more objects"})
		}
		more := ""
		if len(fields) > mostFields {
			fields, more = fields[:mostFields], " and more"
		}
		all = append(all, remark{notDeterministic, fmt.Sprintf("%s: %s%s, not the same each time the chart is rendered",
			called(first[place]), strings.Join(fields, ", "), more)})
	}
	return all
}

func objects(text []byte) []map[string]any {
	found, _ := documents("", string(text))
	var all []map[string]any
	for _, each := range found {
		var object map[string]any
		_ = yaml.Unmarshal([]byte(each.content), &object)
		all = append(all, object)
	}
	return all
}

// called is the kind and name of an object.
func called(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name := fmt.Sprint(metadata["name"])
	if namespace, found := metadata["namespace"]; found {
		name = fmt.Sprintf("%v/%s", namespace, name)
	}
	return fmt.Sprintf("%v %s", object["kind"], name)
}

// differing are the paths at which two values are not the same.
func differing(path string, one, other any) []string {
	first, isMap := one.(map[string]any)
	second, alsoMap := other.(map[string]any)
	if isMap && alsoMap {
		keys := maps.Clone(first)
		maps.Copy(keys, second)
		var all []string
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			all = append(all, differing(path+"."+key, first[key], second[key])...)
		}
		return all
	}
	list, isList := one.([]any)
	longer, alsoList := other.([]any)
	if isList && alsoList && len(list) == len(longer) {
		var all []string
		for place := range list {
			all = append(all, differing(fmt.Sprintf("%s[%d]", path, place), list[place], longer[place])...)
		}
		return all
	}
	if reflect.DeepEqual(one, other) {
		return nil
	}
	return []string{path}
}
