from pathlib import Path

import msgspec
import yaml

from testkit.inline_command import invoke
from vidra.api.crds import crds as definitions
from vidra.cli.commands.crds import crds

COMMITTED = Path(__file__).parents[2] / "charts" / "vidra" / "crds"


def test_it_prints_a_yaml_stream_by_default() -> None:
    ended = invoke(crds, [])
    assert ended.exit_code == 0
    assert list(yaml.load_all(ended.stdout, yaml.CSafeLoader)) == definitions()


def test_it_prints_a_json_list_when_asked() -> None:
    ended = invoke(crds, ["-o", "json"])
    assert msgspec.json.decode(ended.stdout) == {"apiVersion": "v1", "kind": "List", "items": definitions()}


def test_the_committed_files_are_what_the_models_say() -> None:
    ended = invoke(crds, ["--check", str(COMMITTED)])
    assert (ended.exit_code, ended.output) == (0, "")


def test_it_writes_the_files_that_it_then_accepts(tmp_path: Path) -> None:
    assert invoke(crds, ["--output-dir", str(tmp_path / "crds")]).exit_code == 0
    assert sorted(file.name for file in (tmp_path / "crds").iterdir()) == [
        "infrahubsyncs.yaml",
        "vidraresources.yaml",
        "vidrasyncs.yaml",
    ]
    assert invoke(crds, ["--check", str(tmp_path / "crds")]).exit_code == 0


def test_a_differing_or_missing_file_fails_and_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "infrahubsyncs.yaml").write_text("kind: Other\n")
    ended = invoke(crds, ["--check", str(tmp_path)])
    assert ended.exit_code == 1
    assert "infrahubsyncs.yaml" in ended.stderr
    assert "vidraresources.yaml" in ended.stderr
    assert f"vidra crds --output-dir {tmp_path}" in ended.stderr
