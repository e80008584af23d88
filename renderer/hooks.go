package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	hookAnnotation   = "helm.sh/hook"
	weightAnnotation = "helm.sh/hook-weight"
	policyAnnotation = "helm.sh/hook-delete-policy"
)

// moment is when an event of Helm is, seen from a manifest that is applied whenever it changes.
type moment int

const (
	never moment = iota
	before
	after
)

var (
	installing = map[string]moment{"pre-install": before, "post-install": after}
	upgrading  = map[string]moment{"pre-upgrade": before, "post-upgrade": after}
	elsewhere  = []string{"pre-delete", "post-delete", "pre-rollback", "post-rollback"}
	testing    = []string{"test", "test-success"}
)

// hook is a document with what its annotations ask for.
type hook struct {
	*document
	weight   int
	events   []string
	policies []string
}

func asHook(d *document) hook {
	weight, _ := strconv.Atoi(strings.TrimSpace(d.annotation(weightAnnotation))) // Helm takes what is no number for 0
	return hook{d, weight, words(d.annotation(hookAnnotation)), words(d.annotation(policyAnnotation))}
}

func words(list string) []string {
	var all []string
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.ToLower(strings.TrimSpace(word)); word != "" {
			all = append(all, word)
		}
	}
	return all
}

// at is the moment of one kind of event, the first that is named.
func (h hook) at(when map[string]moment) moment {
	for _, event := range h.events {
		if found := when[event]; found != never {
			return found
		}
	}
	return never
}

func (h hook) unknown() bool {
	return slices.ContainsFunc(h.events, func(event string) bool {
		return installing[event] == never && upgrading[event] == never &&
			!slices.Contains(elsewhere, event) && !slices.Contains(testing, event)
	})
}

// placed gives each hook its wave: hooks for the start below everything else, those for the end above it, each weight
// one wave. Where Helm has another moment for an upgrade than for an installation, that of the installation counts:
// what a hook needs is not there earlier.
func placed(documents []*document, lowest, highest int, inputs string) (first, last []*document, remarks []remark) {
	groups := map[moment][]hook{}
	var kept []*document
	for _, each := range documents {
		h := asHook(each)
		when := cmp.Or(h.at(installing), h.at(upgrading))
		if h.unknown() {
			when = never // as Helm does
		}
		groups[when] = append(groups[when], h)
		remarks = append(remarks, h.remarks(when)...)
		if when != never && slices.Contains(h.policies, "hook-succeeded") {
			kept = append(kept, each)
		}
	}
	if len(kept) > 0 {
		remarks = append(remarks, remark{hookChanged, "hooks stay when they have succeeded, so that they are seen: " + names(kept)})
	}
	first = inWaves(groups[before], inputs, func(rank, ranks int) int { return lowest - ranks + rank })
	last = inWaves(groups[after], inputs, func(rank, _ int) int { return highest + 1 + rank })
	return first, last, remarks
}

// inWaves sorts hooks by weight, kind and name, and gives each weight the wave of its rank.
func inWaves(hooks []hook, inputs string, wave func(rank, ranks int) int) []*document {
	weights := map[int]bool{}
	for _, each := range hooks {
		weights[each.weight] = true
	}
	ranks := slices.Sorted(maps.Keys(weights))
	var all []*document
	for rank, weight := range ranks {
		var equal []*document
		for _, each := range hooks {
			if each.weight == weight {
				each.mark(wave(rank, len(ranks)), inputs)
				equal = append(equal, each.document)
			}
		}
		sortByKind(equal)
		all = append(all, equal...)
	}
	return all
}

// mark says in Vidra's annotations what Helm would do with the hook. A Job that Helm runs at each upgrade runs again
// when the chart or its values change: its template says which these were, and it is recreated, for a Job's template is
// fixed.
func (h hook) mark(wave int, inputs string) {
	h.add(waveAnnotation, strconv.Itoa(wave))
	job := h.head.Kind == "Job"
	if job || len(h.policies) == 0 || slices.Contains(h.policies, "before-hook-creation") {
		h.add(recreateAnnotation, "enabled")
	}
	if job && h.at(upgrading) != never {
		h.inputs = inputs
	}
}

// remarks say what is otherwise than with Helm.
func (h hook) remarks(when moment) []remark {
	events := strings.Join(h.events, ", ")
	switch {
	case when == never && slices.ContainsFunc(h.events, func(e string) bool { return slices.Contains(testing, e) }):
		return []remark{{testLeftOut, fmt.Sprintf("left out: the test %s", h)}}
	case when == never:
		return []remark{{hookLeftOut, fmt.Sprintf("left out: the hook %s, for nothing runs it (%s)", h, events)}}
	}
	install, upgrade := h.at(installing), h.at(upgrading)
	var said []string
	switch {
	case upgrade == never && h.head.Kind != "Job":
		said = append(said, "it is applied again when its text changes, and not at the installation alone")
	case install == never:
		said = append(said, "it is applied the first time as well, and not at upgrades alone")
	case upgrade != never && install != upgrade:
		said = append(said, "it has the same wave each time, that of the installation")
	}
	if slices.ContainsFunc(h.events, func(e string) bool { return slices.Contains(elsewhere, e) }) {
		said = append(said, "nothing runs it at a deletion or a rollback")
	}
	if len(said) == 0 {
		return nil
	}
	return []remark{{hookChanged, fmt.Sprintf("the hook %s (%s): %s", h, events, strings.Join(said, "; "))}}
}

// digest tells chart and values from others.
func digest(asked *helmRequest, given map[string]any) string {
	sum := sha256.New()
	sum.Write(asked.Chart)
	for _, name := range slices.Sorted(maps.Keys(asked.Files)) {
		fmt.Fprintf(sum, "%s %d\n", name, len(asked.Files[name]))
		sum.Write(asked.Files[name])
	}
	_ = json.NewEncoder(sum).Encode([]any{asked.Release, asked.Namespace, given})
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
