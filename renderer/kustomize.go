package main

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const kustomizeModule = "sigs.k8s.io/kustomize/api"

// renderKustomize answers a request for an overlay.
func renderKustomize(asked *kustomizeRequest, l limits) *answer {
	out := &answer{Renderer: made("kustomize", kustomizeModule)}
	text, read, remarks, wrong := build(asked, l)
	if wrong != nil {
		out.Error = wrong
	} else {
		out.Text, out.Read, out.Remarks = text, read, sorted(remarks)
	}
	if asked.Variables != nil {
		for _, each := range *asked.Variables {
			if each.Secret {
				out.Secrets = append(out.Secrets, each.Value)
			}
		}
	}
	return out
}

func build(asked *kustomizeRequest, l limits) (text []byte, read []string, remarks []remark, wrong *fault) {
	folder := path.Clean("/" + asked.Folder)[1:]
	tree, wrong := plant(asked.Files, l)
	if wrong != nil {
		return nil, nil, nil, wrong
	}
	look := &inspection{files: asked.Files, seen: map[string]bool{}}
	if wrong := look.folder(folder); wrong != nil {
		return nil, nil, nil, wrong
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(tree, "/"+folder)
	if err != nil {
		return nil, nil, nil, buildFault(err)
	}
	if wrong := l.checkText(0, made.Size()); wrong != nil {
		return nil, nil, nil, wrong
	}
	if text, wrong = stream(made, asked.Variables); wrong != nil {
		return nil, nil, nil, wrong
	}
	return text, slices.Sorted(maps.Keys(tree.read)), look.remarks, l.checkText(len(text), 0)
}

// plant makes a file system in memory, which is all that Kustomize sees.
func plant(files map[string][]byte, l limits) (*recorder, *fault) {
	if wrong := l.checkFiles(files); wrong != nil {
		return nil, wrong
	}
	tree := &recorder{filesys.MakeFsInMemory(), map[string]bool{}}
	for name, data := range files {
		if !fs.ValidPath(name) {
			return nil, faultf(badKustomization, "%q is no path in the source", name)
		}
		if err := tree.WriteFile("/"+name, data); err != nil {
			return nil, faultf(badKustomization, "%s is a file and a folder: %v", name, err).in(name, 0)
		}
	}
	return tree, nil
}

// recorder remembers which files were read.
type recorder struct {
	filesys.FileSystem
	read map[string]bool
}

func (r *recorder) ReadFile(name string) ([]byte, error) {
	data, err := r.FileSystem.ReadFile(name)
	if err == nil {
		r.read[strings.TrimPrefix(path.Clean(name), "/")] = true
	}
	return data, err
}

// malformed is how Kustomize names a file that is no YAML.
var malformed = regexp.MustCompile(`yaml: line (\d+): .* in File: (\S+)`)

// buildFault says what kind of error it is. What the inspection did not find out, the filter of system calls refused.
func buildFault(err error) *fault {
	said := strings.TrimSpace(err.Error())
	switch {
	case errors.Is(err, syscall.EPERM), strings.Contains(said, "operation not permitted"), strings.Contains(said, "'git' program"):
		return faultf(remote, "the overlay reaches outside of the source, which is refused: put what it needs into the "+
			"source (%s)", said)
	case strings.Contains(said, "external plugins disabled"), strings.Contains(said, "--enable-"):
		return faultf(program, "the overlay wants a program to run, and none is run: %s", said)
	}
	if place := malformed.FindStringSubmatch(said); place != nil {
		line, _ := strconv.Atoi(place[1])
		return faultf(badManifest, "%s is no manifest: %s", place[2], said).in(place[2], line)
	}
	return faultf(badKustomization, "the overlay cannot be built: %s", said)
}

// stream is all documents, with variables put in.
func stream(made resmap.ResMap, variables *[]variable) ([]byte, *fault) {
	var out []byte
	for _, each := range made.Resources() {
		text, err := each.AsYAML()
		if err != nil {
			return nil, faultf(badManifest, "%s %s cannot be written: %v", each.GetKind(), each.GetName(), err)
		}
		if variables != nil && !excluded(each) {
			replaced, wrong := substitute(each.GetKind()+" "+each.GetName(), string(text), *variables)
			if wrong != nil {
				return nil, wrong
			}
			text = []byte(replaced)
		}
		out = append(append(out, "---\n"...), text...)
	}
	return out, nil
}
