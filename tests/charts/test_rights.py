"""What the chart grants is what the operator needs, what `vidra check` asks for and what `vidra install` grants."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from vidra.api.rights import CREDENTIALS, NEEDS, Need, needs
from vidra.cli.install_manifests import workload

Json = dict[str, Any]
Right = tuple[str, str, str]

PRESETS = ("everything", "kubevirt", "namespaces", "secrets", "workloads")
NEVER = {"*", "escalate", "bind", "impersonate", "approve", "sign", "update", "deletecollection"}
"""Verbs that no preset may hold."""


def rights(rules: list[Json]) -> set[Right]:
    return {
        (verb, group, resource)
        for rule in rules
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def needed(needs: Iterable[Need], *, own: bool) -> set[Right]:
    return {(verb, need.group, need.resource) for need in needs if need.own is own for verb in need.verbs}


def granted(chart: Path, file: str) -> set[Right]:
    return rights(yaml.safe_load((chart / "files" / f"own-{file}.yaml").read_text()))


def test_chart_and_check_agree(chart: Path) -> None:
    assert granted(chart, "cluster") == needed(NEEDS, own=False)
    assert granted(chart, "namespace") == needed(NEEDS, own=True)
    assert granted(chart, "told") == needed(CREDENTIALS, own=True)


@pytest.mark.parametrize(("own", "kind"), [(False, "ClusterRole"), (True, "Role")])
def test_check_and_command_agree(own: bool, kind: str) -> None:
    (role,) = [body for body in workload("vidra-system", "vidra:1", ["edit"]) if body["kind"] == kind]
    assert rights(role["rules"]) == needed(needs(), own=own)


def test_for_itself_it_asks_for_no_wildcard_and_for_nobody_elses_rights(chart: Path) -> None:
    for name in ("cluster", "namespace", "told"):
        for verb, group, resource in granted(chart, name):
            assert "*" not in {verb, group, resource}
            assert verb not in {"escalate", "bind", "impersonate"}
            assert group != "rbac.authorization.k8s.io"


def test_there_are_these_presets_and_they_name_kinds_alone(chart: Path) -> None:
    files = {file.stem: yaml.safe_load(file.read_text()) for file in (chart / "files" / "presets").iterdir()}
    assert tuple(sorted(files)) == PRESETS
    for rules in files.values():
        assert all(rule.keys() == {"apiGroups", "resources"} for rule in rules)
    # What comes without being asked for holds neither Secrets nor rights.
    plain = {(group, kind) for rule in files["workloads"] for group in rule["apiGroups"] for kind in rule["resources"]}
    assert not {"*", "secrets"} & {kind for _, kind in plain}
    assert not {"*", "rbac.authorization.k8s.io"} & {group for group, _ in plain}


def test_the_verbs_on_objects_are_the_six(chart: Path) -> None:
    helpers = (chart / "templates" / "_helpers.tpl").read_text()
    listed = yaml.safe_load(helpers.partition('{{- define "vidra.verbs" -}}')[2].partition("{{- end }}")[0])
    assert listed == ["get", "list", "watch", "create", "patch", "delete"]
    assert not NEVER & set(listed)
