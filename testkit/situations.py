"""One of everything that Vidra may have in a cluster, each at rest: what a restart must not disturb."""

from __future__ import annotations

import base64
import random

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, has_reason
from testkit.objects import annotated, config_map, custom, deployment, namespace, secret, service
from testkit.once import Once, ended, job
from testkit.remote import BOX, Remote
from testkit.settled import SOON, Settled
from vidra.api.names import INFRAHUB_LABEL
from vidra.clusters.secret_index import marks_for
from vidra.manifests.write import write

LONG = "1h"
FLEET = {"fleet": "all"}
STAY = {"metadata": {"finalizers": ["example.com/stay"]}}
NOBODY = "127.0.0.1:1"
"""Where nothing listens."""
HELD = "held"
"""The sync whose prune is held."""


class Situations(Settled):
    """What was made in the cluster of a scene."""

    def __init__(self, scene: Scene, remote: Remote) -> None:
        super().__init__(scene)
        self._remote = remote

    async def make(self) -> None:
        """Make them all; each is then as it stays."""
        await self._applied()
        await self._elsewhere()
        await self._jobs()
        await self._owners()
        await self._changed_by_others()
        await self._waiting()
        await self._failing()
        await self._away()
        await self._held()
        await self._suspended()
        await self._being_deleted()

    async def _applied(self) -> None:
        texts = ([config_map("one"), secret("two", word="open")], [service("three")], [config_map("four")])
        await self._sync("several", *(write(text) for text in texts))
        noise = base64.b64encode(random.Random(1).randbytes(400_000)).decode()  # noqa: S311 - it is no secret
        await self._sync("large", write([config_map(f"large-{number}", noise=noise) for number in range(4)]))
        place = {"namespace": "made-by-vidra", "createNamespace": True}
        await self._sync("places", write([config_map("inside")]), destination=place)
        await self._sync("healthy", write([config_map("well"), annotated(config_map("later"), wave="1")]), wait=True)
        await self._resource("by-hand", write([config_map("hand")]))

    async def _elsewhere(self) -> None:
        await self._remote.credentials("cluster-remote", **FLEET)
        await self._sync("away", BOX, destination={"server": self._remote.server})
        selected = {"clusterSelector": {"matchLabels": FLEET}, "rollout": {"maxConcurrent": 1}}
        await self._sync("everywhere", write([config_map("all")]), destination=selected)

    async def _jobs(self) -> None:
        for name, gone in (("job-ended", False), ("job-gone", True)):
            scene = Scene(self._scene.plane, self._scene.client, self._infrahub, name)
            await scene.apply(namespace(name))
            once = Once(scene)
            await scene.resource(job(), name=name, wait=True, **SOON)
            await scene.until_resource(name, has_reason("WaitingForHealth"))
            await once.end()
            await scene.until_resource(name, ended("Succeeded"))
            if gone:
                await once.gone()

    async def _owners(self) -> None:
        for name in ("owner", "same-wish"):
            await self._resource(name, write([config_map("agreed", colour="red")]))
        await self._resource("holder", write([config_map("shared", colour="red")]))
        await self._resource("other-wish", write([config_map("shared", colour="blue")]), has_reason("Conflict"))
        await self._sync("other-wishes", write([config_map("shared", colour="green")]), reason="ResourcesNotReady")
        winner: Json = {"conflictPolicy": "Force", "priority": 10}
        await self._resource("loser", write([config_map("won", colour="red")]))
        await self._resource("winner", write([config_map("won", colour="blue")]), **winner)
        await self._scene.until_resource("loser", has_reason("Conflict"))

    async def _changed_by_others(self) -> None:
        ignored = [{"target": {"kind": "Deployment"}, "jsonPointers": ["/spec/replicas"]}]
        fixed = {"immutable": True}
        await self._resource("fixed", write([{**config_map("fixed", colour="red"), **fixed}]))
        changed = write([{**config_map("fixed", colour="blue"), **fixed}])
        await self._resource("fixed", changed, has_reason("Immutable"))
        await self._resource("scaled", write([deployment("scaled", 0)]), ignoreDifferences=ignored)
        await self._edit("apps/v1", "Deployment", "scaled", {"spec": {"replicas": 3}})
        await self._resource("drifted", write([config_map("drifted", colour="red")]), driftPolicy="Report")
        await self._edit("v1", "ConfigMap", "drifted", {"data": {"colour": "blue"}})
        await self._scene.until_resource("drifted", lambda item: bool(condition(item, "Drifted")))
        await self._resource("reverted", write([config_map("reverted", colour="red")]))
        await self._edit("v1", "ConfigMap", "reverted", {"data": {"colour": "blue"}})
        configs = await self._scene.kind("v1", "ConfigMap")
        red = lambda item: bool(item["data"]["colour"] == "red")  # noqa: E731 - read once, below
        await self._scene.until(configs, "reverted", red, namespace=self._scene.namespace)

    async def _waiting(self) -> None:
        slow: Json = {"wait": True, "healthTimeout": LONG}
        waves = write([deployment("slow"), annotated(config_map("after"), wave="1")])
        await self._resource("wave", waves, has_reason("WaitingForHealth"), **slow)
        await self._sync("slow-sync", write([deployment("slower")]), reason="ResourcesNotReady", **slow)
        unknown = write([custom("nowhere.example.com", "Thing", "thing"), config_map("known")])
        await self._resource("unknown", unknown, has_reason("KindUnknown"))
        placeless = write([config_map("box", "not-there")])
        await self._resource("placeless", placeless, has_reason("NamespaceMissing"))
        after = {"dependsOn": [{"name": "not-there"}]}
        await self._sync("dependent", write([config_map("dependent")]), reason="ResourcesNotReady", **after)

    async def _failing(self) -> None:
        await self._scene.apply(config_map("theirs", self._scene.namespace, colour="red"))
        await self._resource("stranger", write([config_map("theirs", colour="blue")]), has_reason("NotOwned"))
        refused = write([config_map("No_Name"), config_map("Nor_This"), config_map("sound-too")])
        await self._resource("refused", refused, has_reason("Refused"))
        broken = f"{write([config_map('sound')])}---\nkind: nonsense\n"
        await self._sync("broken", broken, write([config_map("whole")]), reason="ResourcesNotReady")
        nowhere = {"server": "https://nowhere.example.com"}
        await self._resource("homeless", BOX, has_reason("ClusterCredentialsMissing"), destination=nowhere)
        await self._sync("branch", BOX, reason="BranchNotFound", source={"targetBranch": "not-there"})
        kept = self._infrahub.add_artifact("remark", write([config_map("remark")]))
        await self._sync("remark")
        self._infrahub.fail(kept)
        await self._sync("unlisted", reason="EmptyResult")
        self._infrahub.never_generated("ungenerated")
        await self._sync("ungenerated", reason="NotGenerated")
        nobody = {"infrahubAPIURL": "http://infrahub.example.com"}
        await self._sync("credentials", reason="CredentialsMissing", source=nobody)
        self.polled.remove("credentials")

    async def _away(self) -> None:
        """A cluster and an Infrahub that are known, and do not answer."""
        server, infrahub = f"https://{NOBODY}", f"http://{NOBODY}"
        marks, annotations = marks_for(server)
        config = self._remote.home.plane.kubeconfig.read_text().replace(self._scene.plane.server, server)
        await self._scene.secret("cluster-gone", marks, annotations, kubeconfig=config)
        unreachable = has_reason("ClusterUnreachable")
        await self._resource("lost", BOX, unreachable, destination={"server": server})
        account = {"username": self._infrahub.username, "password": self._infrahub.password}
        await self._scene.secret("infrahub-gone", {INFRAHUB_LABEL: "127.0.0.1"}, {INFRAHUB_LABEL: infrahub}, **account)
        await self._sync("no-answer", reason="InfrahubUnreachable", source={"infrahubAPIURL": infrahub})
        self.polled.remove("no-answer")

    async def _held(self) -> None:
        many = [config_map(f"many-{number:02}") for number in range(20)]
        await self._resource("held-resource", write(many))
        await self._resource("held-resource", write(many[:2]), has_reason("PruneHeld"))
        texts = [write([config_map(f"held-{number}-{each}") for each in range(6)]) for number in range(3)]
        ids = [self._infrahub.add_artifact(HELD, text) for text in texts]
        await self._sync(HELD)
        for each in ids[1:]:
            self._infrahub.remove(each)
        await self._scene.until_sync(HELD, has_reason("PruneHeld"))
        emptied = self._infrahub.add_artifact("emptied", write([config_map("emptied")]))
        await self._sync("emptied")
        self._infrahub.remove(emptied)
        await self._scene.until_sync("emptied", has_reason("EmptyResult"))

    async def _suspended(self) -> None:
        await self._sync("paused", write([config_map("paused")]))
        await self._scene.patch(SYNCS, "paused", {"spec": {"suspend": True}})
        await self._scene.until_sync("paused", has_reason("Suspended"))
        self.polled.remove("paused")
        await self._resource("paused-resource", write([config_map("paused-too")]))
        await self._scene.patch(RESOURCES, "paused-resource", {"spec": {"suspend": True}})
        await self._scene.until_resource("paused-resource", has_reason("Suspended"))

    async def _being_deleted(self) -> None:
        slow: Json = {"deletionPolicy": "WaitForTermination", "deletionTimeout": LONG}
        await self._resource("ending", write([config_map("stays"), config_map("first")]), **slow)
        await self._sync("ending-sync", write([config_map("stays-too")]), **slow)
        for name in ("stays", "stays-too"):
            await self._edit("v1", "ConfigMap", name, STAY)
        await self._scene.delete(RESOURCES, "ending")
        await self._scene.until_resource("ending", has_reason("Deleting"))
        await self._scene.delete(SYNCS, "ending-sync")
        await self._scene.until_sync("ending-sync", has_reason("Deleting"))
        self.polled.remove("ending-sync")
