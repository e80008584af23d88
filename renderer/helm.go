package main

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

const helmModule = "helm.sh/helm/v4"

// renderHelm answers a request for a chart; twice, if that is asked for, to tell what is another one each time.
func renderHelm(asked *helmRequest, l limits) *answer {
	out := renderOnce(asked, l)
	if asked.Twice && out.Error == nil {
		again := renderOnce(asked, l)
		out.Remarks = append(out.Remarks, differences(out.Text, again.Text)...)
	}
	out.Remarks = sorted(out.Remarks)
	if out.Error != nil || len(out.Remarks) > 0 {
		out.Secrets = secretsOf(asked)
	}
	out.Renderer = made("helm", helmModule)
	return out
}

func renderOnce(asked *helmRequest, l limits) *answer {
	loaded, wrong := loadChart(asked, l)
	if wrong != nil {
		return failure(wrong)
	}
	given, wrong := mergeValues(asked.Values)
	if wrong != nil {
		return failure(wrong)
	}
	inputs := digest(asked, given)
	values, wrong := prepare(loaded, given, asked)
	if wrong != nil {
		return failure(wrong)
	}
	seen := &lookups{declared: asked.Lookups, undeclared: map[string]bool{}}
	files, err := engine.RenderWithClientProvider(loaded, values, seen)
	if err != nil {
		return failure(templateFault(loaded.Name(), err))
	}
	made, wrong := arrange(loaded, files, crdPolicy(asked.CRDs), inputs)
	if wrong != nil {
		return failure(wrong)
	}
	text := made.text()
	if wrong := l.checkText(len(text), len(made.documents)); wrong != nil {
		return failure(wrong)
	}
	remarks := append(made.remarks, seen.remarks(lookingUp(loaded))...)
	if loaded.Metadata.Deprecated {
		remarks = append(remarks, remark{deprecated, fmt.Sprintf("the chart %s is deprecated", loaded.Name())})
	}
	return &answer{Text: text, Remarks: remarks}
}

// prepare checks the chart against the cluster and the values against the chart.
func prepare(loaded *chart.Chart, given map[string]any, asked *helmRequest) (common.Values, *fault) {
	if err := chartutil.ValidateReleaseName(asked.Release); err != nil {
		return nil, faultf(badValues, "%q is no name of a release: 53 characters at most, in lower case, as a DNS name", asked.Release)
	}
	version, err := common.ParseKubeVersion(asked.KubeVersion)
	if err != nil {
		return nil, faultf(badKubeVersion, "%q is no version of Kubernetes: %v", asked.KubeVersion, err)
	}
	if wanted := loaded.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, version.String()) {
		return nil, faultf(badKubeVersion, "the chart %s is for Kubernetes %s, and the cluster has %s: take another version "+
			"of the chart, or upgrade the cluster", loaded.Name(), wanted, version.Version)
	}
	if err := chartutil.ProcessDependencies(loaded, given); err != nil {
		return nil, faultf(badDependency, "the conditions of the chart's dependencies cannot be decided: %v", err)
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion, capabilities.APIVersions = *version, asked.APIVersions
	options := common.ReleaseOptions{Name: asked.Release, Namespace: asked.Namespace, Revision: 1, IsInstall: true}
	values, err := util.ToRenderValues(loaded, given, options, capabilities)
	if err != nil && strings.Contains(err.Error(), "operation not permitted") {
		return nil, faultf(remote, "the schema of the values is not in the chart, and nothing is fetched: %v", err)
	}
	if err != nil {
		return nil, faultf(badValues, "the values do not fit the chart: %v", err)
	}
	return values, nil
}

// templateFault finds the innermost place that Helm names.
func templateFault(name string, err error) *fault {
	places := regexp.MustCompile(`(?:^|[\s("])`+regexp.QuoteMeta(name)+`/([^\s:()"]+):(\d+)`).FindAllStringSubmatch(err.Error(), -1)
	wrong := faultf(badTemplate, "the chart %s: %v", name, err)
	if len(places) == 0 {
		return wrong
	}
	last := places[len(places)-1]
	line, _ := strconv.Atoi(last[2])
	return wrong.in(last[1], line)
}

var lookup = regexp.MustCompile(`\blookup\b`)

// lookingUp are the templates in which the word is.
func lookingUp(loaded *chart.Chart) []string {
	var found []string
	for _, template := range loaded.Templates {
		if lookup.Match(template.Data) {
			found = append(found, template.Name)
		}
	}
	for _, below := range loaded.Dependencies() {
		for _, name := range lookingUp(below) {
			found = append(found, path.Join("charts", below.Name(), name))
		}
	}
	return found
}

// sorted is in a fixed order, and none twice.
func sorted(remarks []remark) []remark {
	slices.SortFunc(remarks, func(a, b remark) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(remarks)
}
