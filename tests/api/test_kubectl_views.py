"""What a person sees of the two kinds through kubectl."""

from datetime import UTC, datetime

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from testkit.patience import HANG
from vidra.api.conditions import Verdict, conditions_for
from vidra.api.names import GROUP, VERSION
from vidra.api.reasons import Reason

SYNCS = f"/apis/{GROUP}/{VERSION}/infrahubsyncs"
GOOD = """
apiVersion: infrahub.operators.com/v1alpha1
kind: InfrahubSync
metadata:
  name: {name}
spec:
  suspend: true
  source:
    infrahubAPIURL: https://infrahub.example.com
    artifactName: webserver
"""


async def table(plane: ControlPlane, *args: str) -> tuple[list[str], str]:
    """The header and the rest."""
    header, _, rows = (await plane.kubectl("get", *args)).stdout.partition("\n")
    return header.split(), rows


@pytest.mark.parametrize("kind", ["isync", "vres"])
async def test_get_shows_what_matters_at_a_glance(upgraded: ControlPlane, kind: str) -> None:
    header, _ = await table(upgraded, kind)
    assert header == ["NAME", "READY", "PROGRESS", "HEALTH", "CHANGED", "AGE", "STATUS"]


async def test_get_wide_shows_where_it_comes_from_and_goes(upgraded: ControlPlane) -> None:
    header, rows = await table(upgraded, "isync", "webserver", "-o", "wide")
    assert {"ARTIFACT", "BRANCH", "INFRAHUB", "CLUSTERS", "SERVER", "NAMESPACE", "SUSPENDED", "REASON"} < set(header)
    assert "http://infrahub-server.infrahub:8000" in rows


async def test_the_artifact_is_shown_in_either_spelling(upgraded: ControlPlane) -> None:
    await upgraded.kubectl("apply", "-f", "-", stdin=GOOD.format(name="other-spelling"))
    _, rows = await table(upgraded, "isync", "-o", "wide")
    assert "Webserver Manifest" in rows
    assert "other-spelling" in rows
    assert any("other-spelling" in row and " webserver " in row for row in rows.splitlines())


async def test_ready_progress_and_the_message_are_shown(upgraded: ControlPlane) -> None:
    await upgraded.kubectl("apply", "-f", "-", stdin=GOOD.format(name="judged"))
    await _judge(upgraded, "judged", Verdict(ready=False, reason=Reason.BRANCH_NOT_FOUND, message="no branch x"))
    _, row = await table(upgraded, "isync", "judged")
    assert row.split()[:3] == ["judged", "False", "98/100"]
    assert row.rstrip().endswith("no branch x")


async def test_kubectl_wait_sees_readiness(upgraded: ControlPlane) -> None:
    await upgraded.kubectl("apply", "-f", "-", stdin=GOOD.format(name="awaited"))
    await _judge(upgraded, "awaited", Verdict(ready=True, reason=Reason.SYNCED, message="100 artifacts applied"))
    await upgraded.kubectl("wait", "--for=condition=Ready", f"--timeout={HANG:g}s", "isync/awaited")


async def test_both_kinds_are_listed_by_their_category(upgraded: ControlPlane) -> None:
    listed = (await upgraded.kubectl("get", "vidra", "-o", "name")).stdout
    assert "infrahubsync.infrahub.operators.com/webserver" in listed
    assert "vidraresource.infrahub.operators.com/empty-artifact" in listed


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("infrahubsyncs", "An InfrahubSync names an artifact"),
        ("infrahubsyncs.spec.source.targetDate", "relative to now"),
        ("infrahubsyncs.spec.interval", "Go duration"),
        ("vidraresources.status.managedResources", "The inventory"),
        ("vidraresources.status.conditions.reason", "Machine-readable"),
    ],
)
async def test_explain_says_what_a_field_is(installed: ControlPlane, field: str, words: str) -> None:
    explained = await installed.kubectl("explain", field, f"--api-version={GROUP}/{VERSION}")
    assert words in " ".join(explained.stdout.split())


async def test_a_misspelt_field_is_named_when_applied(installed: ControlPlane) -> None:
    text = GOOD.format(name="misspelt").replace("suspend", "suspended")
    ended = await installed.kubectl("apply", "--dry-run=server", "-f", "-", stdin=text, check=False)
    assert ended.returncode == 1
    assert 'unknown field "spec.suspended"' in ended.stderr


async def test_an_unknown_field_is_dropped_when_the_client_does_not_mind(upgraded: ControlPlane) -> None:
    text = GOOD.format(name="pruned").replace("suspend: true", "colour: blue")
    await upgraded.kubectl("apply", "--validate=ignore", "-f", "-", stdin=text)
    stored = (await upgraded.request("GET", f"{SYNCS}/pruned")).body
    assert set(stored["spec"]) == {"source"}


async def test_a_refusal_reads_as_one_sentence(installed: ControlPlane) -> None:
    text = GOOD.format(name="refused") + "    artefactName: webserver\n"
    ended = await installed.kubectl("apply", "--dry-run=server", "-f", "-", stdin=text, check=False)
    assert ended.stderr == (
        'The InfrahubSync "refused" is invalid: spec.source.artifactName: Forbidden: '
        "artefactName is another spelling of the same field: keep one of them\n"
    )


async def _judge(plane: ControlPlane, name: str, verdict: Verdict) -> None:
    conditions = conditions_for(verdict, (), 1, datetime.now(UTC))
    status = {"conditions": msgspec.to_builtins(conditions), "progress": "98/100"}
    answer = await plane.request(
        "PATCH", f"{SYNCS}/{name}/status", {"status": status}, content_type="application/merge-patch+json"
    )
    assert answer.status == 200, answer
