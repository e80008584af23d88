"""Another version of the operator takes over what an earlier one left: of what is good it writes digests alone."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
import pytest

from testkit.cluster_contents import Contents, contents, differences
from testkit.command import vidra_with
from testkit.controlplane import ControlPlane
from testkit.controlplane.audit import AuditEntry
from testkit.earlier_version import unpacked
from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, connection_to
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.objects import namespace
from testkit.process import OperatorProcess
from testkit.remote import Remote
from testkit.situations import HELD, Situations
from vidra.controllers.runtime.digest_key import NAME
from vidra.kube.client import Client

BEFORE = "1194175946d2b412336c29cccdc63a6fc36678cd"
"""The last commit with the modules as they were before they were moved and renamed."""
PLACE = "web"
POLLS = 3
"""Of each sync, that a new operator is watched for."""
READS = {"get", "list", "watch"}
DEFINITIONS = "CustomResourceDefinition "


class Takeover(msgspec.Struct):
    """What happened from the start of an operator until it had looked at everything more than once.

    Attributes:
        writes: Requests that changed something, or might have, in each cluster.
        changes: What is otherwise than before, by object, in each cluster.
    """

    writes: list[AuditEntry]
    changes: dict[str, list[str]]

    def but(self, *keys: str) -> list[str]:
        """The writes and changes, one a line, but for those of these objects."""
        names = {key.rpartition("/")[2] for key in keys}
        lines = [
            f"{entry.verb} {entry.resource}/{entry.subresource} {entry.namespace}/{entry.name}: {entry.uri}"
            for entry in self.writes
            if entry.name not in names
        ]
        for key, changes in self.changes.items():
            lines += [f"{key} {change}" for change in changes if key not in keys]
        return lines


class Upgrade(msgspec.Struct):
    """The new operator over what the earlier one left, and then the earlier one again."""

    there: Takeover
    back: Takeover
    now: Contents
    """What is at home when the new one has ended."""


@pytest.fixture(scope="module")
async def upgrade(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Upgrade]:
    """The whole story, told once."""
    folder = tmp_path_factory.mktemp("upgrade")
    earlier = await unpacked(BEFORE, folder)
    async with AsyncExitStack() as stack:
        infrahub = await stack.enter_async_context(StandIn())
        scene, remote = [await placed(stack, infrahub) for _ in range(2)]
        home = scene.plane
        await earlier.command(home, "install")
        await scene.credentials()
        old = earlier.operator(home, folder)
        situations = Situations(scene, Remote(scene, remote))
        await old.start()
        await old.ready()
        await situations.make()
        for _ in range(2):
            await situations.settle()
        await idle(old)
        assert await old.terminate() == 0
        left = await contents(home)
        installed = await vidra_with(home.kubeconfig)("install")
        assert installed.code == 0, installed
        watch = Watch(situations, scene, remote)
        forth = await watch.takeover(OperatorProcess.over(home, folder), left)
        now = await contents(home)
        back = await watch.takeover(earlier.operator(home, folder), now)
        yield Upgrade(forth, back, now)


async def placed(stack: AsyncExitStack, infrahub: StandIn) -> Scene:
    """A cluster of its own, in which only Vidra and this test write."""
    plane = await stack.enter_async_context(ControlPlane(controllers=False))
    client = Client(connection_to(plane))
    stack.push_async_callback(client.close)
    scene = Scene(plane, client, infrahub, PLACE)
    await scene.apply(namespace(PLACE))
    return scene


class Watch:
    """Has an operator take over, and says what it did."""

    def __init__(self, situations: Situations, home: Scene, away: Scene) -> None:
        self._situations = situations
        self._home, self._away = home, away

    async def takeover(self, operator: OperatorProcess, before: Contents) -> Takeover:
        """Start an operator, have it look at everything, and end it."""
        planes = (self._home.plane, self._away.plane)
        elsewhere = await contents(planes[1])
        marks = [plane.audit.mark() for plane in planes]
        await operator.start()
        await operator.ready()
        await self._polled()
        await reconciled(operator, len(await self._situations.names(RESOURCES)))
        await idle(operator)
        assert await operator.terminate() == 0
        writes = [
            entry
            for plane, mark in zip(planes, marks, strict=True)
            for entry in await plane.audit.since(mark)
            if wrote(entry) and entry.resource != "leases"
        ]
        changes = differences(_but_definitions(before), _but_definitions(await contents(planes[0])))
        changes |= {f"away: {key}": lines for key, lines in differences(elsewhere, await contents(planes[1])).items()}
        return Takeover(writes, changes)

    async def _polled(self) -> None:
        """Every sync that asks Infrahub has done so, and again at its interval."""
        asked = self._home.infrahub.requests
        start = len(asked)

        def all_polled() -> bool:
            bodies = [entry.body.decode() for entry in list(asked)[start:] if entry.path.startswith("/api/query/")]
            return all(sum(f'"{name}"' in body for body in bodies) >= POLLS for name in self._situations.polled)

        await eventually(all_polled)


async def reconciled(operator: OperatorProcess, resources: int) -> None:
    """Wait until every VidraResource was reconciled, as its metrics say."""

    async def so_many() -> bool:
        _, text = await operator.ask(operator.metrics, "/metrics")
        counted = [line for line in text.splitlines() if line.startswith("controller_runtime_reconcile_total{")]
        mine = (float(line.rpartition(" ")[2]) for line in counted if 'controller="vidraresource"' in line)
        return sum(mine) >= resources

    await operator.until(so_many)


async def idle(operator: OperatorProcess) -> None:
    """Wait until nothing is to be done, and nothing under way."""

    async def nothing() -> bool:
        return not await operator.metric("workqueue_depth") and not await operator.metric(
            "controller_runtime_active_workers"
        )

    await operator.until(nothing)


def wrote(entry: AuditEntry) -> bool:
    """Whether a request of Vidra's wrote: a question, a dry run, and what is refused, did not."""
    asked = entry.verb in READS or entry.resource.endswith("reviews") or "dryRun=All" in entry.uri
    return not asked and entry.code < 400 and "kube-apiserver" not in entry.user_agent


def _but_definitions(found: Contents) -> Contents:
    return {key: item for key, item in found.items() if not key.startswith(DEFINITIONS)}


HELD_SYNC = f"InfrahubSync /{HELD}"
TIMES = re.compile(
    r"\.metadata\.resourceVersion|.*\.time|\.status\.(conditions\[\d+\]\.lastTransitionTime|lastSyncTime)"
)


WORDS = re.compile(
    r"\.status\.(conditions|problems|lastError|heldPrune|healthyObjects|unhealthyObjects|unhealthy)\b.*|\.metadata\..*"
)
"""What a version may say in other words of what is not Ready, or not healthy."""
AGAIN = re.compile(rf"{TIMES.pattern}|\.status\.managedResources\[\d+\]\.revision")
SEALED = re.compile(r'\.status\.managedResources\[\d+\]\.revision: "[0-9a-f]{12}(-.*)" → "[0-9a-f]{26}(-.*)"')
NEW_FIELDS = re.compile(
    r'\.status\.(seal: null → "[0-9a-f]{26}-[0-9a-f]+"|healthyObjects: null → \d+|deliveries: null → .*)'
    r"|\.metadata\..*: null → {}"
)
"""What the one write of a status adds besides: fields that the earlier version did not have."""
NOT_PROVEN = re.compile(r'\.status\.managedResources\[\d+\]\.uid: ".*" → null')
"""Of what is gone, suspended or being deleted: UIDs that no seal proves. The objects tell whose they are, later."""
DIGEST_KEY = f"Secret vidra-system/{NAME}"


async def test_of_what_is_good_the_new_operator_writes_nothing_but_sealed_digests(upgrade: Upgrade) -> None:
    others = not_good(upgrade.now)
    lines = upgrade.there.but(DIGEST_KEY, *sealed(upgrade.there), *others)
    found = [line for line in lines if not re.match(r"(create events/|Event )", line)]
    assert found == [], "\n".join(found)
    told = {key.partition("/")[2].rpartition(".")[0] for key in upgrade.there.changes if key.startswith("Event ")}
    assert told <= {key.rpartition("/")[2] for key in others}
    written = [(entry.verb, entry.resource) for entry in upgrade.there.writes if entry.name == NAME]
    assert written == [("create", "secrets")]


def sealed(found: Takeover) -> set[str]:
    """The VidraResources whose statuses were written once, for the digests in them and nothing else."""
    names = Counter(
        entry.name for entry in found.writes if (entry.resource, entry.subresource) == (RESOURCES.plural, "status")
    )
    return {
        key
        for key, lines in found.changes.items()
        if key.startswith(f"{RESOURCES.kind} ") and names[key.rpartition("/")[2]] == 1 and all(map(_is_seal, lines))
    }


def _is_seal(line: str) -> bool:
    if NEW_FIELDS.fullmatch(line) or NOT_PROVEN.fullmatch(line):
        return True
    match = SEALED.fullmatch(line)
    return match[1] == match[2] if match else bool(TIMES.fullmatch(_path(line)))


async def test_of_what_is_not_good_it_writes_the_status_in_its_own_words(upgrade: Upgrade) -> None:
    others = not_good(upgrade.now)
    names = {key.rpartition("/")[2] for key in others}
    assert {entry.subresource for entry in upgrade.there.writes if entry.name in names} == {"status"}
    lines = [(key, line) for key in others for line in upgrade.there.changes.get(key, ())]
    changed = [f"{key} {line}" for key, line in lines if not (_is_seal(line) or WORDS.match(_path(line)))]
    assert changed == [], "\n".join(changed)
    assert upgrade.now[HELD_SYNC]["status"]["heldPrune"]["objects"] == 12


async def test_the_earlier_operator_goes_on_with_what_the_new_one_left(upgrade: Upgrade) -> None:
    """It does not know the digests: what it has to look at it applies again, also what drifted and was to stay so."""
    assert {entry.verb for entry in upgrade.back.writes if entry.resource != "events"} == {"patch"}
    changed = {key: lines for key, lines in upgrade.back.changes.items() if not key.startswith("Event ")}
    drifted = changed.pop("ConfigMap web/drifted")
    assert '.data.colour: "blue" → "red"' in drifted
    assert not any(line.startswith(".metadata.uid") for line in drifted)
    del changed[f"{RESOURCES.kind} /drifted"]
    others = [
        f"{key} {line}"
        for key, lines in changed.items()
        for line in lines
        if not AGAIN.fullmatch(_path(line)) and not WORDS.match(_path(line))
    ]
    assert others == [], "\n".join(others)


def not_good(found: Contents) -> list[str]:
    """The keys of syncs and VidraResources that are not Ready, are suspended, or have objects that are not healthy."""
    return [key for key, item in found.items() if item["kind"] in {SYNCS.kind, RESOURCES.kind} and not _is_good(item)]


def _is_good(item: Json) -> bool:
    ready, health = condition(item), item["status"].get("health", "Current")
    return ready.get("reason") in {"Applied", "Synced"} and ready["status"] == "True" and health == "Current"


def _path(line: str) -> str:
    return line.partition(": ")[0]
