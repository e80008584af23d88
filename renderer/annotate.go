package main

import (
	"bytes"
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
	root := whole.Content[0]
	for _, name := range slices.Sorted(maps.Keys(d.set)) {
		put(root, d.set[name], "metadata", "annotations", name)
	}
	if d.inputs != "" {
		put(root, d.inputs, "spec", "template", "metadata", "annotations", inputsAnnotation)
	}
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

// below is the value of a key, made if it is missing. What is an alias becomes a map of its own first: what it stands for
// is somebody else's too.
func below(node *yaml.Node, key string) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		*node = *copied(node.Alias)
	}
	if node.Kind != yaml.MappingNode {
		*node = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	for place := 0; place+1 < len(node.Content); place += 2 {
		if node.Content[place].Value == key {
			return node.Content[place+1]
		}
	}
	added := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, added)
	return added
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
