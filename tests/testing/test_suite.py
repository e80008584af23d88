"""`make test`: what it says beforehand, what it says in the end, and that its neighbours end with it."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from testkit.patience import HANG
from testkit.suite import expected
from testkit.suite.neighbours import BUSY
from testkit.suite.once import once

LAUNCH = Path(expected.__file__).parents[1] / "controlplane" / "launch.py"

LOADED = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in its background is deaf to it
from testkit.suite.neighbours import neighbours
with neighbours():
    print("loaded", flush=True)
    time.sleep(3600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_neighbours_end_with_who_wanted_them(number: signal.Signals) -> None:
    launch = (sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()))
    command = (*launch, sys.executable, "-c", LOADED)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        assert run.stdout is not None
        run.stdout.readline()
        ends = [os.pidfd_open(child) for child in children(run.pid)]
        run.send_signal(number)
    assert len(ends) == BUSY + 1
    for end in ends:
        assert select.select([end], [], [], HANG)[0], "it outlived who wanted it"
        os.close(end)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_a_run_passes_on_what_is_said_and_keeps_the_last_line(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    test = tmp_path / "test_one.py"
    test.write_text("def test_good():\n    pass\n\ndef test_bad():\n    assert False\n")
    outcome = once(("-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path), str(test)))
    assert outcome.code == 1
    assert outcome.last.startswith("1 failed, 1 passed")
    assert b"test_bad" in capfdbinary.readouterr().out
    assert outcome.cpu > 0


def test_what_has_to_be_got_first_is_named(cache_home: Path) -> None:
    assert not cache_home.exists()
    said = expected.programs()
    assert said.startswith("etcd, kube-apiserver, kube-controller-manager, kubectl are not here yet")
    assert "minute" in said


def test_how_long_the_tests_take_is_told_as_the_last_time_once_there_was_one(cache_home: Path) -> None:
    assert "by the cores of this machine" in expected.tests(2, loaded=False)
    expected.took(301.0, 2, loaded=False)
    assert (cache_home / "tests.json").exists()
    assert expected.tests(2, loaded=False) == "about 5 minutes, as the last time here"
    assert "by the cores of this machine" in expected.tests(2, loaded=True)
