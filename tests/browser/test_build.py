"""Who installs the wheel gets the page, and needs no Node.js; the same sources give the same page."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from toolchain.page import BUILT, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is committed, and of what is not."""
    folder = tmp_path_factory.mktemp("wheel")
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in files.stdout.split("\n"):
        if name and (ROOT / name).is_file():
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "-w", str(folder), str(folder / "src")], check=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_has_the_page_and_nothing_of_node(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        inside = {name for name in names if name.startswith("vidra/ui/page/")}
        built = {f"vidra/ui/page/{file.relative_to(BUILT).as_posix()}" for file in BUILT.rglob("*") if file.is_file()}
        assert inside == built
        assert {name for name in inside if archive.read(name) != (BUILT.parents[2] / name).read_bytes()} == set()
        assert not [name for name in names if "node" in name.lower()]
        (metadata,) = [name for name in names if name.endswith("METADATA")]
        assert b"nodejs" not in archive.read(metadata)
