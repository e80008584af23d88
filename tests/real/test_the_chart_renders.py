"""Each value of the chart has its effect; what cannot work is refused with a sentence; the defaults are safe."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

import vidra
from testkit.controlplane import KubectlError
from testkit.parts.chart import CHART, rendered
from vidra.cli.install_manifests import workload

Json = dict[str, Any]
CASES: list[Json] = yaml.safe_load(
    (Path(__file__).parent / "chart_values.yaml").read_text().replace("THE-VERSION", vidra.__version__)
)

pytestmark = pytest.mark.usefixtures("charts")


def at(objects: list[Json], case: Json) -> Any:
    """What stands at the place that a case looks at; None when there is no such object or place."""
    objects = [body for body in objects if body["kind"] == case["kind"]]
    named = [body for body in objects if "name" not in case or body["metadata"]["name"] == case["name"]]
    found: Any = named[0] if named else None
    for step in case["at"].split("/"):
        key = int(step) if isinstance(found, list) else step.replace("~1", "/")
        try:
            found = found[key]
        except (KeyError, IndexError, TypeError):
            return None
    return found


async def with_values(folder: Path, values: Json) -> list[Json]:
    """The chart with these values, by their dotted names."""
    nested: Json = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    file = folder / "values.yaml"
    file.write_bytes(msgspec.yaml.encode(nested))
    repository = nested.get("controllerManager", {}).get("manager", {}).get("image", {}).get("repository")
    more = ("--set", f"controllerManager.manager.image.repository={repository}") if repository else ()
    return await rendered(folder, "-f", str(file), *more)


@pytest.mark.parametrize("case", CASES, ids=[case["value"] for case in CASES])
async def test_a_value_has_its_effect(case: Json, tmp_path: Path) -> None:
    needs = case.get("with", {})
    before = at(await with_values(tmp_path, needs), case)
    after = at(await with_values(tmp_path, {**needs, case["value"]: case["set"]}), case)
    assert before != after
    assert after == case["is"]


def test_no_value_is_left_out() -> None:
    def names(values: Json, prefix: str = "") -> set[str]:
        found = set()
        for key, value in values.items():
            whole = key in {"resources", "containerSecurityContext", "podSecurityContext"}
            deeper = isinstance(value, dict) and value and not whole
            found |= names(value, f"{prefix}{key}.") if deeper else {f"{prefix}{key}"}
        return found

    assert {case["value"] for case in CASES} == names(yaml.safe_load((CHART / "values.yaml").read_text()))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"controllerManager.manager.image.repository": ""}, "say where the image of Vidra is"),
        ({"controllerManager.serviceAccount.create": False}, "say which ServiceAccount"),
        ({"serviceMonitor.enabled": True, "metricsService.enabled": False}, "needs metricsService.enabled"),
        ({"webhook.enabled": True, "webhook.ingress.enabled": True}, "say under which name Infrahub reaches"),
        ({"ui.enabled": True}, "say where people reach the page"),
        (
            {"ui.enabled": True, "ui.origins": ["https://vidra.example.com"], "ui.auth": "proxy"},
            "name the Secret that the proxy shows",
        ),
        ({"ui.proxy.users": ["system:admin"]}, "'not' failed"),
        ({"access.presets": ["nearly-everything"]}, "must be one of 'workloads'"),
        ({"access.rules": [{"resources": ["configs"]}]}, "missing property 'apiGroups'"),
        ({"config.requeueSyncAfter": "a minute"}, "does not match pattern"),
        ({"controllerManager.replica": 2}, "'replica' not allowed"),
    ],
)
async def test_what_cannot_work_is_refused(values: Json, sentence: str, tmp_path: Path) -> None:
    nothing = ("--set", "controllerManager.manager.image.repository=") if "" in values.values() else ()
    with pytest.raises(KubectlError, match=sentence):
        await (rendered(tmp_path, *nothing) if nothing else with_values(tmp_path, values))


async def test_pods_meet_the_restricted_standard(tmp_path: Path) -> None:
    """Kubernetes' Pod Security Standard `restricted`, and a root that cannot be written to."""
    pod = at(await rendered(tmp_path), {"kind": "Deployment", "at": "spec/template/spec"})
    (container,) = pod["containers"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "volumes" not in pod


def granted(role: Json) -> set[tuple[str, ...]]:
    """What a role grants, however its rules are put together."""
    return {
        (verb, group, resource, *sorted(rule.get("resourceNames", ())))
        for rule in role.get("rules", ())
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


async def test_the_command_installs_the_same(tmp_path: Path) -> None:
    """`vidra install --image` and the chart have one truth: rights, and how the Pod runs."""
    chart = {(body["kind"], body["metadata"]["name"]): body for body in await rendered(tmp_path)}
    ours = workload("vidra-system", f"registry.example.com/vidra:{vidra.__version__}", [])
    for body in ours:
        same = chart[body["kind"], body["metadata"]["name"]]
        assert granted(body) == granted(same), body["kind"]
        for part in ("roleRef", "subjects"):
            assert body.get(part) == same.get(part), body["kind"]
    pods = [
        body["spec"]["template"]["spec"]
        for body in (*ours, chart["Deployment", "vidra"])
        if body["kind"] == "Deployment"
    ]
    (mine,), (charts,) = (pod["containers"] for pod in pods)
    for part in ("image", "env", "ports", "livenessProbe", "readinessProbe", "resources", "securityContext"):
        assert mine[part] == charts[part], part
    assert pods[0]["securityContext"] == pods[1]["securityContext"]
    assert mine["command"] == [*charts["command"], charts["args"][0]]
