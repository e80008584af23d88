"""What was started for an Infrahub ends with whoever started it, also when that is killed."""

import asyncio
import sys
from pathlib import Path

from testkit.eventually import eventually

_RUN = """
import asyncio, sys
from pathlib import Path
from testkit.controlplane.ready import until
from testkit.parts.infrahub.place import Place
from testkit.parts.infrahub.programs import epmd, rabbitmq
from testkit.parts.ports import listens

async def main():
    place = Place.new(Path(sys.argv[1]))
    for program, port in ((epmd(place), place.ports.epmd), (rabbitmq(place), place.ports.amqp)):
        await program.start()
        await until(lambda: listens(port), program)
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_the_broker_ends_with_a_run_that_is_killed(tmp_path: Path) -> None:
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RUN, str(tmp_path / "place"), stdout=asyncio.subprocess.PIPE
    )
    assert run.stdout is not None
    assert await run.stdout.readline() == b"up\n"
    assert _of(tmp_path)
    run.kill()
    await run.wait()
    await eventually(lambda: not _of(tmp_path), 30)


def _of(folder: Path) -> list[str]:
    """Commands of processes that have to do with the folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended just now
            continue
        if str(folder) in command:
            found.append(command)
    return found
