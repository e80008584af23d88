"""One log-in for everything, one download for each text, and nothing at all where nothing changed."""

from testkit.controlplane import ControlPlane
from testkit.controlplane.audit import AuditEntry
from testkit.environment import Scene
from testkit.operating import Operating

TWO = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: one-{number}}}
data: {{number: "{number}"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: two-{number}}}
data: {{number: "{number}"}}
"""
LOG_IN, QUERY, ARTIFACT = "/api/auth/login", "/api/query/", "/api/artifact/"


async def test_a_steady_state_of_twenty_artifacts_costs_three_queries_in_three_intervals(
    own_scene: Scene, own_plane: ControlPlane
) -> None:
    infrahub = own_scene.infrahub
    for number in range(20):
        infrahub.add_artifact("Numbers", TWO.format(number=number))
    name = await own_scene.sync("Numbers", interval="1s")
    sync = await own_scene.until_sync(name)
    assert sync["status"]["progress"] == "20/20"
    assert sync["status"]["objects"] == 40
    await own_scene.until_event(name, "Synced")  # the last one: Events are written in their own time
    await infrahub.requests.until(infrahub.requests.count(QUERY) + 1, QUERY)
    mark, asked = own_plane.audit.mark(), infrahub.requests.count(QUERY)
    await infrahub.requests.until(asked + 3, QUERY)
    assert any(entry.verb == "patch" for entry in await own_plane.audit.since() if _is_vidra(entry))
    assert [entry for entry in await own_plane.audit.since(mark) if _is_vidra(entry)] == []
    assert infrahub.requests.count(LOG_IN) == 1
    assert infrahub.requests.count(ARTIFACT) == 20


async def test_only_the_artifact_that_changed_is_downloaded_again(scene: Scene) -> None:
    changing, *_ = [scene.infrahub.add_artifact("Numbers", TWO.format(number=number)) for number in range(3)]
    name = await scene.sync("Numbers", interval="1s")
    await scene.until_sync(name)
    scene.infrahub.change(changing, TWO.format(number=7))
    await scene.until(await scene.kind("v1", "ConfigMap"), "one-7", lambda _: True, namespace=scene.namespace)
    assert scene.infrahub.requests.count(f"{ARTIFACT}{changing}") == 2
    assert scene.infrahub.requests.count(ARTIFACT) == 4


async def test_all_syncs_of_one_infrahub_share_one_log_in(scene: Scene) -> None:
    names = []
    for kind in ("Reds", "Greens", "Blues"):
        scene.infrahub.add_artifact(kind, TWO.format(number=kind.lower()))
        names.append(await scene.sync(kind, interval="1s"))
    for name in names:
        await scene.until_sync(name)
    await scene.infrahub.requests.until(scene.infrahub.requests.count(QUERY) + 3, QUERY)
    assert scene.infrahub.requests.count(LOG_IN) == 1


async def test_a_restart_downloads_nothing_again_and_writes_nothing(
    own_scene: Scene, own_operator: Operating, own_plane: ControlPlane
) -> None:
    infrahub = own_scene.infrahub
    for number in range(3):
        infrahub.add_artifact("Numbers", TWO.format(number=number))
    name = await own_scene.sync("Numbers", interval="1s")
    await own_scene.until_sync(name)
    await own_scene.until_event(name, "Synced")  # the last one: Events are written in their own time
    await infrahub.requests.until(infrahub.requests.count(QUERY) + 1, QUERY)
    await own_operator.stop()
    mark, asked = own_plane.audit.mark(), infrahub.requests.count(QUERY)
    await own_operator.start()
    await infrahub.requests.until(asked + 2, QUERY)
    entries = [entry for entry in await own_plane.audit.since(mark) if _is_vidra(entry)]
    assert any(entry.verb == "watch" for entry in entries)
    # The one Lease is for another operator, should there be one.
    written = [entry for entry in entries if entry.verb not in {"get", "list", "watch"} and entry.resource != "leases"]
    assert written == []
    assert infrahub.requests.count(ARTIFACT) == 3


def _is_vidra(entry: AuditEntry) -> bool:
    return entry.user_agent.startswith("vidra/")
