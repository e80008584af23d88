package main

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// add is an annotation, unless the chart has one of that name.
func (d *document) add(name, value string) {
	if d.annotation(name) != "" {
		return
	}
	if d.set == nil {
		d.set = map[string]string{}
	}
	d.set[name] = value
}

// annotate writes what was added into the text. Every other value stays as it is written, for a YAML of another version
// may take it for something else; a document without additions stays as it is to the letter.
func (d *document) annotate() *fault {
	if len(d.set) == 0 && d.inputs == "" {
		return nil
	}
	var whole yaml.Node
	if err := yaml.Unmarshal([]byte(d.content), &whole); err != nil {
		return faultf(badManifest, "%s makes no manifest: %v", d.file, err).in(inChart(d.file), 0)
	}
	if len(whole.Content) == 0 || whole.Content[0].Kind != yaml.MappingNode {
		return nil // nothing but comments, such as a licence before the first object
	}
	root := whole.Content[0]
	for _, name := range slices.Sorted(maps.Keys(d.set)) {
		put(root, d.set[name], "metadata", "annotations", name)
	}
	if d.inputs != "" {
		put(root, d.inputs, "spec", "template", "metadata", "annotations", inputsAnnotation)
	}
	untag(root)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&whole); err != nil {
		return faultf(failed, "%s cannot be written: %v", d.file, err)
	}
	d.content = out.String()
	return nil
}

// put sets a value inside of maps, and makes those that are missing.
func put(node *yaml.Node, value string, path ...string) {
	for _, key := range path {
		node = below(node, key)
	}
	*node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: value}
}

// below is the value of a key, made if it is missing. What is an alias, or comes by a merge, becomes a map of its own
// first: what it stands for is somebody else's too.
func below(node *yaml.Node, key string) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		*node = *copied(node.Alias)
	}
	if node.Kind != yaml.MappingNode {
		*node = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	if found := written(node, key); found != nil {
		return found
	}
	value := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if found := mergedIn(node, key); found != nil {
		value = copied(found)
	}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	return value
}

// written is the value of a key in a map itself; of two the last one counts, as for kubectl.
func written(node *yaml.Node, key string) *yaml.Node {
	for place := len(node.Content) - 2; place >= 0; place -= 2 {
		if node.Content[place].Value == key {
			return node.Content[place+1]
		}
	}
	return nil
}

// mergedIn is the value of a key in the maps that `<<` brings in; of several the first one counts.
func mergedIn(node *yaml.Node, key string) *yaml.Node {
	merged := written(node, "<<")
	if merged == nil {
		return nil
	}
	sources := []*yaml.Node{merged}
	if merged.Kind == yaml.SequenceNode {
		sources = merged.Content
	}
	for _, source := range sources {
		if source.Kind == yaml.AliasNode {
			source = source.Alias
		}
		if source.Kind != yaml.MappingNode {
			continue
		}
		if found := cmp.Or(written(source, key), mergedIn(source, key)); found != nil {
			return found
		}
	}
	return nil
}

// untag has merges written as they are read, without a tag that others do not know.
func untag(node *yaml.Node) {
	if node.Tag == "!!merge" {
		node.Tag = ""
	}
	for _, each := range node.Content {
		untag(each)
	}
}

// copied is the same without anchors.
func copied(node *yaml.Node) *yaml.Node {
	same := *node
	same.Anchor, same.Content = "", nil
	for _, each := range node.Content {
		same.Content = append(same.Content, copied(each))
	}
	return &same
}
