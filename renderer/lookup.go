package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// lookups answers the function `lookup` of templates from what was declared, and remembers what was not.
type lookups struct {
	declared   []declared
	undeclared map[string]bool
}

// GetClientFor is what Helm's engine asks for.
func (l *lookups) GetClientFor(apiVersion, kind string) (dynamic.NamespaceableResourceInterface, bool, error) {
	return &kindLookup{lookups: l, apiVersion: apiVersion, kind: kind}, true, nil
}

// kindLookup is all objects of a kind, or those in a namespace. Of the interface only reading is there: a template
// can do nothing else.
type kindLookup struct {
	dynamic.NamespaceableResourceInterface
	*lookups
	apiVersion, kind, namespace string
}

func (k *kindLookup) Namespace(namespace string) dynamic.ResourceInterface {
	return &kindLookup{lookups: k.lookups, apiVersion: k.apiVersion, kind: k.kind, namespace: namespace}
}

func (k *kindLookup) Get(_ context.Context, name string, _ metav1.GetOptions, _ ...string) (*unstructured.Unstructured, error) {
	for _, each := range k.matching() {
		if each.Name == name {
			if each.Object == nil {
				break
			}
			return &unstructured.Unstructured{Object: runtime.DeepCopyJSON(each.Object)}, nil
		}
	}
	if !slices.ContainsFunc(k.matching(), func(d declared) bool { return d.Name == name }) {
		k.missed(name)
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: k.kind}, name)
}

func (k *kindLookup) List(context.Context, metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	found := k.matching()
	if len(found) == 0 {
		k.missed("")
	}
	list := &unstructured.UnstructuredList{Object: map[string]any{"apiVersion": k.apiVersion, "kind": k.kind + "List"}}
	for _, each := range found {
		if each.Object != nil {
			list.Items = append(list.Items, unstructured.Unstructured{Object: runtime.DeepCopyJSON(each.Object)})
		}
	}
	return list, nil
}

// matching are the declared objects of the kind; an object without a namespace is one of the whole cluster.
func (k *kindLookup) matching() []declared {
	var found []declared
	for _, each := range k.declared {
		here := k.namespace == "" || each.Namespace == "" || each.Namespace == k.namespace
		if each.APIVersion == k.apiVersion && each.Kind == k.kind && here {
			found = append(found, each)
		}
	}
	slices.SortFunc(found, func(a, b declared) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return found
}

func (k *kindLookup) missed(name string) {
	what := fmt.Sprintf("%s %s", k.kind, cmp.Or(strings.Trim(k.namespace+"/"+name, "/"), "objects"))
	k.undeclared[fmt.Sprintf("%s (%s)", what, k.apiVersion)] = true
}

// remarks name what was looked up and not declared, and the templates that look up.
func (l *lookups) remarks(templates []string) []remark {
	var all []remark
	for what := range l.undeclared {
		all = append(all, remark{lookupEmpty, fmt.Sprintf("`lookup` in %s found no %s: only declared lookups see anything",
			cmp.Or(strings.Join(templates, ", "), "a template"), what)})
	}
	return all
}
