"""The real parts of the extended tests are got once, each by itself, and kept until what they are made from changes."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import msgspec
import pytest

from toolchain.build import Program
from toolchain.catalogue import parts
from toolchain.errors import BinariesError
from toolchain.keep import key
from toolchain.tools import find_tool, find_tools

PutGo = Callable[..., Path]

CONTROLLER_GEN = """
for word; do case $word in output:crd:dir=*) folder=${word#output:crd:dir=};; esac; done
mkdir "$folder"
for kind in DEFINITIONS; do
  printf 'spec: {names: {plural: some}, versions: [{name: v1}]}' > "$folder/kubevirt.io_$kind.yaml"
done
"""
KUBEVIRT = (
    "datavolumetemplatespecs kubevirts virtualmachineinstancemigrations virtualmachineinstancepresets "
    "virtualmachineinstancereplicasets virtualmachineinstances virtualmachines"
)


def test_a_tool_is_built_once_and_kept(cache_home: Path, put_go: PutGo) -> None:
    log = put_go()
    first = find_tool("registry")
    assert first.name == "registry"
    assert first.is_relative_to(cache_home)
    assert find_tool("registry") == first
    assert len(log.read_text().splitlines()) == 1


def test_helm_knows_its_version(cache_home: Path, put_go: PutGo) -> None:
    log = put_go()
    folder = find_tool("helm").relative_to(cache_home).parts[1]
    version = folder.split("-")[1]
    assert version.startswith("v3.")
    assert f"-X helm.sh/helm/v3/internal/version.version={version}" in log.read_text()


@pytest.mark.usefixtures("cache_home")
def test_a_name_that_nobody_knows_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(BinariesError, match=r"no tool terraform: name some of .*kwok"):
        find_tool("terraform")


@pytest.mark.usefixtures("cache_home")
def test_a_given_folder_comes_first_for_what_it_holds(
    put_go: PutGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_go()
    given = tmp_path / "given"
    given.mkdir()
    (given / "helm").touch(0o755)
    monkeypatch.setenv("VIDRA_TOOLS", str(given))
    assert find_tool("helm") == given / "helm"
    assert find_tool("registry").parent != given


def test_after_a_failure_the_advice_says_what_to_do_and_what_was_built_is_kept(cache_home: Path, put_go: PutGo) -> None:
    log = put_go()
    find_tool("registry")
    put_go(build="echo no space left on device; exit 1")
    with pytest.raises(BinariesError, match=r"kwok could not be built: (.|\n)*VIDRA_TOOLS(.|\n)*no space left"):
        find_tools(["registry", "kwok"])
    assert not list(cache_home.rglob("kwok"))
    put_go()
    assert {entry.name for entry in find_tools(["registry", "kwok"]).iterdir()} == {"registry", "kwok"}
    assert len(log.read_text().splitlines()) == 2


@pytest.mark.usefixtures("cache_home")
def test_files_of_a_module_are_copied_and_can_be_changed(put_go: PutGo, tmp_path: Path) -> None:
    module = tmp_path / "module"
    (module / "cluster" / "crds").mkdir(parents=True)
    (module / "cluster" / "crds" / "one.yaml").write_text("kind: One")
    (module / "cluster" / "crds" / "one.yaml").chmod(0o444)
    put_go(build=f"""echo '{{"Dir": "{module}"}}'""")
    found = find_tool("crossplane-crds")
    (found / "one.yaml").write_text("kind: Other")
    assert (module / "cluster" / "crds" / "one.yaml").read_text() == "kind: One"


@pytest.mark.usefixtures("cache_home")
def test_definitions_are_made_from_types_and_completed(put_go: PutGo, tmp_path: Path) -> None:
    generator = tmp_path / "generator"
    generator.write_text("#!/bin/sh" + CONTROLLER_GEN.replace("DEFINITIONS", KUBEVIRT))
    put_go(build=f'while [ "$1" != -o ]; do shift; done\ncp {generator} "$2"')
    found = find_tool("kubevirt-crds")
    machine = msgspec.yaml.decode((found / "kubevirt.io_virtualmachines.yaml").read_bytes())
    assert machine["spec"]["names"]["shortNames"] == ["vm", "vms"]
    assert machine["spec"]["versions"][0]["subresources"] == {"status": {}}
    assert not (found / "kubevirt.io_datavolumetemplatespecs.yaml").exists()


def test_the_command_prints_only_the_folder_in_which_each_has_its_name(
    cache_home: Path, put_go: PutGo, tmp_path: Path
) -> None:
    put_go()
    command = [sys.executable, "-m", "toolchain", "tools", "kwok", "registry"]
    ran = run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    folder = Path(ran.stdout.rstrip("\n"))
    assert folder.is_relative_to(cache_home)
    assert {entry.name: entry.resolve() for entry in folder.iterdir()} == {
        name: find_tool(name) for name in ("kwok", "registry")
    }


def test_what_a_tool_is_made_from_decides_where_it_is_kept_and_words_for_people_do_not() -> None:
    program = next(part for part in parts() if isinstance(part, Program) and part.name == "helm")
    replace = msgspec.structs.replace
    assert key(replace(program, usually="an hour", otherwise="wait")) == key(program)
    assert key(replace(program, stamp={})) != key(program)
    assert key(replace(program, module="kwok")) != key(program)


@pytest.fixture
def put_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a stand-in for apt-get, and for dpkg-deb, first on the path; both write down what they are asked."""
    log, folder = tmp_path / "apt.log", tmp_path / "apt"

    def put(download: str) -> Path:
        folder.mkdir(exist_ok=True)
        unpack = "mkdir -p usr/bin; touch usr/bin/prometheus usr/bin/promtool usr/bin/other"
        for name, script in (("apt-get", download), ("dpkg-deb", unpack)):
            (folder / name).write_text(f'#!/bin/sh\necho "{name} $@" >> {log}\n{script}\n')
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return log

    return put


def test_a_package_is_unpacked_and_not_installed(cache_home: Path, put_apt: Callable[[str], Path]) -> None:
    log = put_apt('touch "$2_1.0_amd64.deb"')
    found = find_tool("prometheus")
    assert found.is_relative_to(cache_home)
    assert {entry.name for entry in found.iterdir()} == {"prometheus", "promtool"}
    assert find_tool("prometheus") == found
    asked = log.read_text().splitlines()
    assert asked == ["apt-get download prometheus", "dpkg-deb --extract prometheus_1.0_amd64.deb ."]


def test_a_package_that_cannot_be_had_is_said_with_what_to_do(cache_home: Path, put_apt: Callable[[str], Path]) -> None:
    put_apt("exit 100")
    with pytest.raises(BinariesError, match=r"prometheus cannot be had .*apt-get update.*VIDRA_TOOLS"):
        find_tool("prometheus")
    assert not list(cache_home.rglob("promtool"))
