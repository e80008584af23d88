package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	chart "helm.sh/helm/v4/pkg/chart/v2"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/yaml"
)

// What Vidra reads on an object.
const (
	waveAnnotation     = "vidra.infrahub.operators.com/wave"
	pruneAnnotation    = "vidra.infrahub.operators.com/prune"
	recreateAnnotation = "vidra.infrahub.operators.com/recreate"
	inputsAnnotation   = "vidra.infrahub.operators.com/inputs"
	resourcePolicy     = "helm.sh/resource-policy"
)

// crdPolicy is what becomes of the folder crds.
type crdPolicy string

const skipCRDs crdPolicy = "Skip"

// document is one object of the chart.
type document struct {
	file    string
	content string
	head    releaseutil.SimpleHead
	set     map[string]string // annotations that are added, where the chart has none of that name
	inputs  string            // marks the template of a Job, which runs again when they change
}

func (d *document) annotation(name string) string {
	if d.head.Metadata == nil {
		return ""
	}
	return d.head.Metadata.Annotations[name]
}

// String names it for people.
func (d *document) String() string {
	if d.head.Metadata == nil {
		return d.head.Kind
	}
	return d.head.Kind + " " + d.head.Metadata.Name
}

// arranged is all that is applied, in order.
type arranged struct {
	documents []*document
	remarks   []remark
}

// text is the stream of documents, each behind the name of its template.
func (a *arranged) text() []byte {
	var out bytes.Buffer
	for _, each := range a.documents {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", each.file, strings.TrimRight(each.content, "\n"))
	}
	return out.Bytes()
}

// arrange puts what templates made into the order of Helm, and says Helm's annotations in Vidra's words: definitions
// first, hooks in waves before and after the rest, and what Helm keeps is not pruned.
func arrange(loaded *chart.Chart, files map[string]string, policy crdPolicy, inputs string) (*arranged, *fault) {
	all, wrong := split(files)
	if wrong != nil {
		return nil, wrong
	}
	hooks, rest := separate(all)
	sortByKind(rest)
	lowest, highest := waves(rest)
	first, last, remarks := placed(hooks, lowest, highest, inputs)
	definitions, left, wrong := definitions(loaded, policy)
	if wrong != nil {
		return nil, wrong
	}
	if begin, _ := waves(first); begin < lowest {
		lowest = begin
	}
	for _, each := range definitions {
		each.add(pruneAnnotation, "disabled")
		if lowest < 0 {
			each.add(waveAnnotation, strconv.Itoa(lowest))
		}
	}
	out := &arranged{slices.Concat(definitions, first, rest, last), append(remarks, left...)}
	for _, each := range out.documents {
		if each.annotation(resourcePolicy) == "keep" {
			each.add(pruneAnnotation, "disabled")
		}
		if wrong := each.annotate(); wrong != nil {
			return nil, wrong
		}
	}
	return out, nil
}

// split takes the files apart, in the order of their names.
func split(files map[string]string) ([]*document, *fault) {
	var all []*document
	for _, file := range slices.Sorted(maps.Keys(files)) {
		base := path.Base(file)
		if strings.HasPrefix(base, "_") || base == "NOTES.txt" {
			continue
		}
		found, wrong := documents(file, files[file])
		if wrong != nil {
			return nil, wrong
		}
		all = append(all, found...)
	}
	return all, nil
}

// documents are those of one file.
func documents(file, text string) ([]*document, *fault) {
	parts := releaseutil.SplitManifests(text)
	keys := slices.Collect(maps.Keys(parts))
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	var all []*document
	for position, key := range keys {
		each := &document{file: file, content: parts[key]}
		if err := yaml.Unmarshal([]byte(each.content), &each.head); err != nil {
			return nil, faultf(badManifest, "%s makes no manifest in its document %d: %v", file, position+1, err).in(inChart(file), 0)
		}
		all = append(all, each)
	}
	return all, nil
}

// definitions are what is in the folders crds, in the order of their names.
func definitions(loaded *chart.Chart, policy crdPolicy) ([]*document, []remark, *fault) {
	var all []*document
	crds := loaded.CRDObjects() // of subcharts in any order
	slices.SortStableFunc(crds, func(a, b chart.CRD) int { return strings.Compare(a.Filename, b.Filename) })
	for _, crd := range crds {
		found, wrong := documents(crd.Filename, string(crd.File.Data))
		if wrong != nil {
			return nil, nil, wrong
		}
		all = append(all, found...)
	}
	if policy != skipCRDs || len(all) == 0 {
		return all, nil, nil
	}
	message := "left out of the chart's definitions, as `crds: Skip` says: " + names(all)
	return nil, []remark{{crdsLeftOut, message}}, nil
}

// separate is hooks, and all else.
func separate(all []*document) (hooks, rest []*document) {
	for _, each := range all {
		if each.annotation(hookAnnotation) == "" {
			rest = append(rest, each)
		} else {
			hooks = append(hooks, each)
		}
	}
	return hooks, rest
}

// sortByKind is Helm's order of installation; kinds that it does not know come last, by name.
func sortByKind(all []*document) {
	place := func(d *document) int {
		if found := slices.Index(releaseutil.InstallOrder, d.head.Kind); found >= 0 {
			return found
		}
		return len(releaseutil.InstallOrder)
	}
	slices.SortStableFunc(all, func(a, b *document) int {
		if place(a) == place(b) && place(a) == len(releaseutil.InstallOrder) {
			return strings.Compare(a.head.Kind, b.head.Kind)
		}
		return cmp.Compare(place(a), place(b))
	})
}

// waves are the lowest and the highest; what says nothing is in wave 0.
func waves(all []*document) (lowest, highest int) {
	for _, each := range all {
		wave, err := strconv.Atoi(cmp.Or(each.set[waveAnnotation], each.annotation(waveAnnotation), "0"))
		if err == nil {
			lowest, highest = min(lowest, wave), max(highest, wave)
		}
	}
	return lowest, highest
}

// inChart is the path in the chart of what Helm names with the chart's name before it.
func inChart(file string) string {
	_, below, _ := strings.Cut(file, "/")
	return below
}

// names is a list for people, not endless.
func names(all []*document) string {
	const most = 10
	var said []string
	for _, each := range all[:min(len(all), most)] {
		said = append(said, each.String())
	}
	if len(all) > most {
		said = append(said, fmt.Sprintf("and %d more", len(all)-most))
	}
	return strings.Join(said, ", ")
}
