"""An Infrahub that takes requests and never answers: syncs of other Infrahubs do not wait for it."""

from testkit.environment import SYNCS, Scene
from testkit.infrahub import StandIn
from testkit.infrahub.faults import Slow
from testkit.patience import NEVER

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: colour}
data: {colour: red}
"""


async def test_many_syncs_of_an_infrahub_that_hangs_do_not_stop_another(scene: Scene) -> None:
    async with StandIn() as hanging:
        stuck = Scene(scene.plane, scene.client, hanging, scene.namespace)
        hanging.faults.add(Slow(NEVER))
        await stuck.credentials()
        for _ in range(80):
            await stuck.sync("Colours", interval="1h")
        await hanging.requests.until(1)
        scene.infrahub.add_artifact("Colours", CONFIG)
        name = await scene.sync("Colours", interval="1h")
        await scene.until_sync(name)


async def test_a_sync_of_an_infrahub_that_hangs_can_be_deleted_at_once(scene: Scene) -> None:
    scene.infrahub.faults.add(Slow(NEVER))
    name = await scene.sync("Colours", interval="1h")
    await scene.infrahub.requests.until(1)
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)


async def test_a_correction_does_not_wait_for_the_infrahub_that_hangs(scene: Scene) -> None:
    async with StandIn() as hanging:
        hanging.faults.add(Slow(NEVER))
        await Scene(scene.plane, scene.client, hanging, scene.namespace).credentials()
        name = await scene.sync("Colours", interval="1h", source={"infrahubAPIURL": hanging.url})
        await hanging.requests.until(1)
        scene.infrahub.add_artifact("Colours", CONFIG)
        await scene.sync("Colours", name=name, interval="1h")
        await scene.until_sync(name)
