package main

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// inspection goes through the kustomizations of an overlay before Kustomize does, and refuses what leads outside or runs
// something. Kustomize would fetch and run; the filter of system calls would stop that, but could not say it so well.
type inspection struct {
	files   map[string][]byte
	seen    map[string]bool
	remarks []remark
}

// folder looks at a kustomization and at those that it is made of.
func (i *inspection) folder(folder string) *fault {
	if i.seen[folder] {
		return nil
	}
	i.seen[folder] = true
	file, wrong := i.kustomization(folder)
	if wrong != nil {
		return wrong
	}
	var read types.Kustomization
	if err := read.Unmarshal(i.files[file]); err != nil {
		return faultf(badKustomization, "%s is no kustomization: %v", file, err).in(file, 0)
	}
	if len(read.HelmCharts) > 0 || len(read.HelmChartInflationGenerator) > 0 || read.HelmGlobals != nil {
		return faultf(program, "%s wants Helm to run, and no program is run: render the chart as a source of its own, or "+
			"put what comes out into the source", file).in(file, 0)
	}
	for _, message := range *read.CheckDeprecatedFields() {
		message, _, _ = strings.Cut(strings.TrimPrefix(message, "# Warning: "), " Run '")
		message = strings.TrimSuffix(message, " [EXPERIMENTAL]")
		i.remarks = append(i.remarks, remark{deprecated, fmt.Sprintf("%s: %s", file, message)})
	}
	for _, name := range loaded(&read) {
		if outside.MatchString(name) {
			return refused(file, name)
		}
	}
	for _, name := range slices.Concat(read.Resources, read.Bases, read.Components) {
		if wrong := i.resource(file, folder, name); wrong != nil {
			return wrong
		}
	}
	for _, config := range slices.Concat(read.Generators, read.Transformers, read.Validators) {
		if wrong := i.plugin(file, folder, config); wrong != nil {
			return wrong
		}
	}
	return nil
}

// kustomization is the path of the one in a folder.
func (i *inspection) kustomization(folder string) (string, *fault) {
	var found []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(folder, name); i.files[file] != nil {
			found = append(found, file)
		}
	}
	if len(found) != 1 {
		return "", faultf(badKustomization, "there has to be one of %s in the folder %s, and there are %d",
			strings.Join(konfig.RecognizedKustomizationFileNames(), ", "), "/"+folder, len(found))
	}
	return found[0], nil
}

// resource is a file of the source or a folder in it, and nothing else.
func (i *inspection) resource(file, folder, name string) *fault {
	target := path.Join(folder, name)
	switch {
	case i.files[target] != nil:
		return nil
	case fs.ValidPath(target) && i.isFolder(target) && !outside.MatchString(name):
		return i.folder(strings.TrimPrefix(target, "."))
	case outside.MatchString(name):
		return refused(file, name)
	}
	return faultf(badKustomization, "%s names %s, which is not in the source", file, name).in(file, 0)
}

func (i *inspection) isFolder(target string) bool {
	for name := range i.files {
		if target == "." || strings.HasPrefix(name, target+"/") {
			return true
		}
	}
	return false
}

// plugin is the configuration of a generator or transformer: in the kustomization, in a file, or in a folder.
func (i *inspection) plugin(file, folder, config string) *fault {
	target := path.Join(folder, config)
	text := []byte(config)
	if !inline(config) {
		if i.files[target] == nil {
			return i.resource(file, folder, config)
		}
		file, text = target, i.files[target]
	}
	for _, each := range regexp.MustCompile(`(?m)^---`).Split(string(text), -1) {
		var head struct {
			Metadata struct {
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
		}
		if err := yaml.Unmarshal([]byte(each), &head); err != nil {
			continue // Kustomize says it better
		}
		for name := range head.Metadata.Annotations {
			if strings.HasPrefix(name, "config.kubernetes.io/function") || strings.HasPrefix(name, "config.k8s.io/function") {
				return faultf(program, "%s wants a function to run, and no program is run: use what Kustomize has built in", file).in(file, 0)
			}
		}
	}
	return nil
}

// inline is whether a text stands where the name of a file may stand.
func inline(text string) bool { return strings.ContainsAny(text, "\n{") }

// loaded are the names of all files that a kustomization has read.
func loaded(read *types.Kustomization) []string {
	all := slices.Concat(read.Crds, read.Configurations, []string{read.OpenAPI["path"]})
	for _, each := range slices.Concat(read.Patches, read.PatchesJson6902) {
		all = append(all, each.Path)
	}
	for _, each := range read.PatchesStrategicMerge {
		if !inline(string(each)) {
			all = append(all, string(each))
		}
	}
	for _, each := range read.Replacements {
		all = append(all, each.Path)
	}
	var pairs []types.KvPairSources
	for _, each := range read.ConfigMapGenerator {
		pairs = append(pairs, each.KvPairSources)
	}
	for _, each := range read.SecretGenerator {
		pairs = append(pairs, each.KvPairSources)
	}
	for _, each := range pairs {
		for _, source := range each.FileSources {
			all = append(all, source[strings.Index(source, "=")+1:])
		}
		all = append(append(all, each.EnvSources...), each.EnvSource)
	}
	return all
}

// outside are names that Kustomize takes for a URL or a repository.
var outside = regexp.MustCompile(`(?i)://|::|^[^/]*@[^/]*:|^(github\.com|gitlab\.com|bitbucket\.org)[:/]|\.git(/|\?|$)|_git/|[?&](ref|version|timeout|submodules)=`)

func refused(file, name string) *fault {
	return faultf(remote, "%s names %s, which is outside of the source; nothing is fetched: put it into the source", file, name).in(file, 0)
}
