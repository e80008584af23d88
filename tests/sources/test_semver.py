"""Ranges of versions mean what they mean to Helm and Flux."""

from __future__ import annotations

import pytest

from vidra.sources.semver import newest, read_range, read_version


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        ("1.2.3", "1.2.3 v1.2.3 1.2.3+build", "1.2.4 1.2.3-rc.1"),
        ("=1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"),
        ("^1.2.3", "1.2.3 1.9.0", "2.0.0 1.2.2 1.4.0-rc.1"),
        ("^1", "1.0.0 1.9.9", "0.9.0 2.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
        ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
        ("^0.0", "0.0.0 0.0.9", "0.1.0"),
        ("^0", "0.0.1 0.9.0", "1.0.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"),
        ("~1", "1.0.0 1.9.0", "2.0.0"),
        ("~1.x", "1.0.0 1.9.0", "2.0.0"),
        ("~>1.2", "1.2.0 1.2.9", "1.3.0"),
        ("1.x", "1.0.0 1.9.0", "2.0.0 0.9.0"),
        ("1.2.*", "1.2.0 1.2.9", "1.3.0"),
        ("*", "0.0.1 9.9.9", "1.0.0-rc.1"),
        ("x", "0.0.1 9.9.9", "1.0.0-rc.1"),
        (">=1.0, <2", "1.0.0 1.9.9", "0.9.9 2.0.0"),
        (">=1.0 <2.0", "1.0.0 1.9.9", "0.9.9 2.0.0"),
        (">1", "2.0.0", "1.0.0 1.9.9"),
        (">1.2", "1.3.0 2.0.0", "1.2.9"),
        ("<=1", "0.9.0 1.9.9", "2.0.0"),
        ("<=1.2", "1.2.9 1.0.0", "1.3.0"),
        ("=>1.2.3", "1.2.3 2.0.0", "1.2.2"),
        ("!=1.2.3", "1.2.4 0.1.0", "1.2.3"),
        ("!=1.2", "1.3.0 2.2.0", "1.2.0 1.2.9"),
        ("1.2 - 1.4.5", "1.2.0 1.4.5", "1.1.9 1.4.6"),
        ("^1 || ^3", "1.5.0 3.0.0", "2.0.0"),
        (">=1.0.0-0", "1.0.0-rc.1 1.0.0 2.0.0-beta", "0.9.0"),
        ("^1.2.0-rc.1", "1.2.0-rc.1 1.2.0-rc.2 1.2.0", "1.2.0-alpha"),
        (">=1.0.0-0, <2.0.0", "1.5.0-rc.1", "2.0.0"),
    ],
)
def test_a_range_holds_what_helm_says_it_holds(wanted: str, inside: str, outside: str) -> None:
    meant = read_range(wanted)
    for names, held in ((inside.split(), True), (outside.split(), False)):
        for name in names:
            version = read_version(name)
            assert version is not None
            assert meant.holds(version) is held, f"{name} in {wanted}"


@pytest.mark.parametrize("text", ["", " ", "||", "one", "1.2.3.4", ">", "^1 ||", "1.2.3beta", ">=1.0;<2", "1" * 300])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        read_range(text)


def test_the_newest_tag_is_taken_by_version_and_not_by_name() -> None:
    tags = ["v1.9.0", "v1.10.0", "latest", "1.10.0-rc.1", "release-2", "01.99.0", "1.x", "v2.0.0"]
    assert newest(tags, read_range("^1")) == "v1.10.0"
    assert newest(tags, read_range("*")) == "v2.0.0"
    assert newest(tags, read_range(">=3")) is None


def test_pre_releases_are_ordered_by_their_parts() -> None:
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0"]
    keys = [found.key() for name in order if (found := read_version(name))]
    assert keys == sorted(keys)
    assert len(keys) == len(order)
