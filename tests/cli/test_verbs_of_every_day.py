"""What people who know kubectl and flux type: watch, filters, versions, explanations, numbers, a rollback, a report."""

import asyncio
import re
import tarfile
from pathlib import Path

import msgspec
import pytest

from testkit.command import Vidra, started
from testkit.environment import SYNCS, Scene
from testkit.objects import config_map, secret
from vidra import __version__
from vidra.api.reason_guide import explain as explanation_of
from vidra.api.reasons import Reason
from vidra.manifests.write import write
from vidra.views.checks.bounded import in_order
from vidra.views.checks.finding import Finding
from vidra.views.checks.part import Part


async def synced(scene: Scene) -> str:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    return sync


async def test_get_takes_the_forms_of_kubectl_and_filters(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)
    (made,) = [item["metadata"]["name"] for item in await scene.resources_of(sync)]
    broken = await scene.resource(write([{"apiVersion": "v1", "kind": "Nosuch", "metadata": {"name": "a"}}]))
    await scene.until_resource(broken, lambda item: bool(item.get("status", {}).get("conditions")))

    async def names(*words: str) -> set[str]:
        ended = await vidra("get", *words, "-o", "name")
        assert ended.code == 0, ended.err
        return {line.rpartition("/")[2] for line in ended.out.split()}

    assert await names("isync", sync, "-A") == {sync}
    assert await names("vres", made) == {made}
    assert await names(re.sub(r"(-[0-9a-f]{8})-.*", r"\1", made)) == {made}
    assert await names("--sync", sync) == {sync, made}
    assert await names("isync,vres", "--sync", sync) == {sync, made}
    assert broken in (bad := await names("--not-ready"))
    assert not {sync, made} & bad
    assert await names("vres", "-l", "vidra.infrahub.operators.com/sync", "--sync", sync) == {made}
    mistyped = await vidra("get", "isync", f"{sync}x")
    assert (mistyped.code, f'did you mean "{sync}"' in mistyped.err) == (1, True)


async def test_watching_shows_a_row_again_when_it_changes(scene: Scene) -> None:
    sync = await synced(scene)
    process = await started("get", "-w", "isync", sync, environment={"KUBECONFIG": str(scene.plane.kubeconfig)})
    assert process.stdout is not None
    assert (await process.stdout.readline()).split()[:2] == [b"NAME", b"READY"]
    assert (await process.stdout.readline()).split()[:2] == [sync.encode(), b"True"]
    await scene.patch(SYNCS, sync, {"spec": {"suspend": True}})
    assert b"suspended" in await process.stdout.readline()
    process.terminate()
    await process.wait()


async def test_versions_are_those_that_are_at_work(vidra: Vidra, scene: Scene) -> None:
    assert (await vidra("version", "--client")).out == (await vidra("--version")).out == f"vidra {__version__}\n"
    found = msgspec.json.decode((await vidra("version", "-o", "json")).out)
    assert found["client"] == __version__
    assert found["Kubernetes"].startswith("v1.")
    assert found["CRDs"] == "infrahub.operators.com/v1alpha1"
    assert found["operator"]
    assert scene.namespace


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_explained(reason: Reason) -> None:
    told = explanation_of(reason)
    assert told.meaning
    assert told.advice


async def test_a_reason_is_explained_whatever_its_case_and_a_mistyped_one_asked_for(vidra: Vidra) -> None:
    ended = await vidra("explain", "kindunknown", COLUMNS="200")
    assert ended.out.splitlines()[0] == "KindUnknown"
    assert explanation_of(Reason.KIND_UNKNOWN).meaning[:40] in ended.out
    mistyped = await vidra("explain", "KindUnkown")
    assert (mistyped.code, mistyped.err) == (
        1,
        "error: there is no reason 'KindUnkown'; did you mean \"KindUnknown\"?\n",
    )


async def test_numbers_by_reason(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)
    found = msgspec.json.decode((await vidra("stats", "--sync", sync, "-o", "json")).out)
    assert [(each["kind"], each["reason"], each["number"]) for each in found] == [
        ("InfrahubSync", "Synced", 1),
        ("VidraResource", "Applied", 1),
    ]


async def test_a_rollback_pins_an_absolute_time_and_is_ended(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)

    async def pinned() -> str | None:
        item = await scene.get(SYNCS, sync)
        assert item is not None
        date: str | None = item["spec"]["source"].get("targetDate")
        return date

    ended = await vidra("rollback", sync, "--to", "-2h")
    assert ended.code == 0, ended.err
    date = await pinned()
    assert date is not None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date)
    assert f"pinned to {date}" in ended.out
    assert (await vidra("rollback", sync, "--to", date)).out.startswith(
        f"InfrahubSync {sync}: is pinned to {date} already"
    )
    assert (await vidra("rollback", sync, "--off")).code == 0
    assert await pinned() is None
    assert "already" in (await vidra("rollback", sync, "--off")).out
    for wrong in ((), ("--to", "-2h", "--off"), ("--to", "yesterday-ish"), ("--to", "+2h")):
        assert (await vidra("rollback", sync, *wrong)).code == 2


async def test_a_report_holds_what_helps_and_no_secret(vidra: Vidra, scene: Scene, tmp_path: Path) -> None:
    name = await scene.resource(write([secret("login", password="hunter2"), config_map("one", token="hunter2")]))
    await scene.until_resource(name)
    file = tmp_path / "report.tar.gz"
    ended = await vidra("debug", "-f", str(file))
    assert ended.code == 0, ended.err
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        texts = {member.name: _text(archive, member) for member in archive.getmembers()}
    assert {"check.json", "events.json", "infrahubsyncs.json", "leases.json", "settings.json"} <= {
        each.removeprefix("vidra-debug/") for each in texts
    }
    assert name in texts["vidra-debug/vidraresources.json"]
    everything = "".join(texts.values())
    for hidden in ("hunter2", "aHVudGVyMg", scene.infrahub.password, scene.plane.token):
        assert hidden not in everything
    assert (await vidra("debug", "-f", str(file))).code == 1


def _text(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content = archive.extractfile(member)
    assert content is not None
    return content.read().decode()


async def test_a_sync_can_be_written_instead_of_applied(vidra: Vidra, scene: Scene) -> None:
    words = ("infrahubsync", "apply", "written", "--url", "https://infrahub.example.com", "--artifact", "Web")
    ended = await vidra(*words, "--export")
    assert ended.out.startswith("---\napiVersion: infrahub.operators.com/v1alpha1\nkind: InfrahubSync\n")
    assert await scene.get(SYNCS, "written") is None


async def test_a_mute_infrahub_holds_up_its_own_row_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidra.views.checks.bounded.LIMIT", 0.05)

    async def check(name: str) -> Finding:
        if name.startswith("mute"):
            await asyncio.Event().wait()
        return Finding(name, "ok", "there")

    names = ["a", "mute", "mute too", "z"]
    found = [item async for item in in_order(Part.SOURCES, names, str, check)]
    assert [(item.check, item.result) for item in found] == [
        ("a", "ok"),
        ("mute", "problem"),
        ("mute too", "problem"),
        ("z", "ok"),
    ]
    assert found[1].message == "no answer within 0.05 s"
