package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// mergeValues puts texts of values over each other, as `helm -f` does.
func mergeValues(texts []valuesText) (map[string]any, *fault) {
	all := map[string]any{}
	for _, text := range texts {
		values, err := loader.LoadValues(bytes.NewReader(text.Text))
		if err != nil {
			return nil, faultf(badValues, "%s holds no values, which are a map in YAML: %v", text.Name, err)
		}
		all = loader.MergeMaps(all, values)
	}
	return all, nil
}

// shortest is how long a value has to be to count as a secret: shorter ones are in every sentence.
const shortest = 4

// secretsOf collects what messages must not hold: values that are marked so, and what is in Secrets.
func secretsOf(asked *helmRequest) []string {
	found := secrets{}
	for _, text := range asked.Values {
		if text.Secret {
			if values, err := loader.LoadValues(bytes.NewReader(text.Text)); err == nil {
				found.collect(values)
			}
		}
	}
	for _, each := range asked.Lookups {
		if each.Kind == "Secret" {
			found.collect(each.Object["data"])
			found.collect(each.Object["stringData"])
		}
	}
	return slices.Sorted(maps.Keys(found))
}

type secrets map[string]bool

// add takes a text, and each of its lines: a message often repeats one.
func (s secrets) add(text string) {
	for _, each := range append(strings.Split(text, "\n"), text) {
		if each = strings.TrimSpace(each); len(each) >= shortest {
			s[each] = true
		}
	}
}

// collect takes every value inside, and what it stands for if it is in base64.
func (s secrets) collect(value any) {
	switch typed := value.(type) {
	case map[string]any:
		for _, each := range typed {
			s.collect(each)
		}
	case []any:
		for _, each := range typed {
			s.collect(each)
		}
	case string:
		s.add(typed)
		if plain, err := base64.StdEncoding.DecodeString(typed); err == nil {
			s.add(string(plain))
		}
	case float64, int64, json.Number:
		s.add(fmt.Sprint(typed))
	}
}
