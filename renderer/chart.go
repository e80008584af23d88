package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"
)

// loadChart reads a chart that can be installed.
func loadChart(asked *helmRequest, l limits) (*chart.Chart, *fault) {
	archive.MaxDecompressedChartSize = l.input // of charts inside of it, which Helm unpacks
	files, wrong := chartFiles(asked, l)
	if wrong != nil {
		return nil, wrong
	}
	loaded, err := loader.LoadFiles(buffered(files))
	if err != nil {
		return nil, faultf(badChart, "the chart cannot be read: %v", err)
	}
	if loaded.Metadata.Type == "library" {
		return nil, faultf(badChart, "the chart %s is a library, which has no objects: name a chart that uses it", loaded.Name())
	}
	return loaded, vendored(loaded)
}

// chartFiles are the files of an archive, or those of a folder that .helmignore leaves.
func chartFiles(asked *helmRequest, l limits) (map[string][]byte, *fault) {
	if asked.Files == nil {
		return unpack(asked.Chart, l)
	}
	if wrong := l.checkFiles(asked.Files); wrong != nil {
		return nil, wrong
	}
	return kept(asked.Files)
}

// unpack reads a chart archive, in which everything is in one folder. Links are refused: what they stand for is not there.
func unpack(packed []byte, l limits) (map[string][]byte, *fault) {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, faultf(badChart, "the chart is no archive: %v", err)
	}
	files, reader, left := map[string][]byte{}, tar.NewReader(io.LimitReader(unzipped, 2*l.input)), l.input
	for {
		head, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, faultf(badChart, "the chart's archive is broken, or larger than %d bytes: %v", 2*l.input, err)
		}
		name, wrong := member(head)
		if wrong != nil {
			return nil, wrong
		}
		if name == "" {
			continue
		}
		if head.Size > min(left, l.file) || len(files) >= l.files {
			return nil, faultf(tooLarge, "the chart has more than %d files, or %d bytes, or %d in %s", l.files, l.input, l.file, name)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			return nil, faultf(badChart, "%s in the chart's archive is broken: %v", name, err)
		}
		left -= int64(len(data))
		files[name] = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	}
}

// member is the name of a file in the chart; empty for what is none.
func member(head *tar.Header) (string, *fault) {
	switch head.Typeflag {
	case tar.TypeReg:
	case tar.TypeDir, tar.TypeXGlobalHeader, tar.TypeXHeader:
		return "", nil
	default:
		return "", faultf(badChart, "%s in the chart's archive is a link or a device; put a file in its place", head.Name)
	}
	_, name, found := strings.Cut(strings.ReplaceAll(head.Name, "\\", "/"), "/")
	name = path.Clean(name)
	if !found || !fs.ValidPath(name) || name == "." {
		return "", faultf(badChart, "%q in the chart's archive is not in the chart's folder", head.Name)
	}
	return name, nil
}

// kept are the files that Helm would take from a folder.
func kept(files map[string][]byte) (map[string][]byte, *fault) {
	rules := ignore.Empty()
	if text, found := files[ignore.HelmIgnore]; found {
		parsed, err := ignore.Parse(bytes.NewReader(text))
		if err != nil {
			return nil, faultf(badChart, ".helmignore cannot be read: %v", err).in(ignore.HelmIgnore, 0)
		}
		rules = parsed
	}
	rules.AddDefaults()
	left := map[string][]byte{}
	for name, data := range files {
		if !fs.ValidPath(name) {
			return nil, faultf(badChart, "%q is no path in the chart", name)
		}
		if !ignored(rules, name) {
			left[name] = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		}
	}
	return left, nil
}

// ignored is whether a rule is about the file or a folder above it.
func ignored(rules *ignore.Rules, name string) bool {
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if rules.Ignore(folder, entry{folder, true}) {
			return true
		}
	}
	return rules.Ignore(name, entry{name, false})
}

// entry is what rules ask of a file.
type entry struct {
	name   string
	folder bool
}

func (e entry) Name() string       { return path.Base(e.name) }
func (e entry) Size() int64        { return 0 }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return e.folder }
func (e entry) Sys() any           { return nil }
func (e entry) Mode() fs.FileMode {
	if e.folder {
		return fs.ModeDir
	}
	return 0
}

// buffered is in the order of names, so that the same chart is the same in all it does.
func buffered(files map[string][]byte) []*archive.BufferedFile {
	var all []*archive.BufferedFile
	for name, data := range files {
		all = append(all, &archive.BufferedFile{Name: name, Data: data})
	}
	slices.SortFunc(all, func(a, b *archive.BufferedFile) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// vendored refuses a chart without one that it needs: nothing is fetched.
func vendored(loaded *chart.Chart) *fault {
	for _, needed := range loaded.Metadata.Dependencies {
		there := slices.ContainsFunc(loaded.Dependencies(), func(c *chart.Chart) bool { return c.Name() == needed.Name })
		if !there {
			return faultf(badDependency, "the chart %s needs the chart %s, which is not in its folder charts: run "+
				"`helm dependency build` there and keep what it makes with the chart", loaded.Name(), needed.Name)
		}
	}
	return nil
}
