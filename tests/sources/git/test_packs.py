"""Packs of Git itself are read as Git reads them; broken and hostile ones end in an error."""

from __future__ import annotations

import random
import subprocess
import zlib
from functools import partial
from hashlib import sha1 as _sha1
from pathlib import Path

import pytest

from vidra.sources.sandbox.delta import apply_delta, target_size
from vidra.sources.sandbox.errors import BrokenPackError, LimitError
from vidra.sources.sandbox.pack import LARGEST, Pack

BIG = 1 << 28
sha1 = partial(_sha1, usedforsecurity=False)


def git(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", str(folder), *arguments], input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With many versions of much the same files: its packs are made of differences."""
    folder = tmp_path_factory.mktemp("packs")
    git(folder, "init", "-q", "-b", "main")
    lines = [f"line {number}: {sha1(str(number).encode()).hexdigest()}" for number in range(400)]
    rng = random.Random(7)
    for version in range(12):
        for number in range(8):
            lines[rng.randrange(len(lines))] = f"version {version} {rng.random()}"
            path = folder / f"apps/{number}/app.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines[number * 10 :]))
        git(folder, "add", "-A")
        git(folder, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", f"version {version}")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@b", "tag", "-a", "-m", "x", "v1")
    return folder


@pytest.mark.parametrize("more", [[], ["--delta-base-offset"], ["--depth=250", "--delta-base-offset"], ["--window=0"]])
def test_every_object_of_a_pack_is_read(repository: Path, more: list[str]) -> None:
    data = git(repository, "pack-objects", "--stdout", "--all", "--revs", "-q", *more)
    pack = Pack(data, BIG)
    listed = git(repository, "cat-file", "--batch-all-objects", "--batch-check").decode().split("\n")[:-1]
    assert len(listed) > 100
    for identity, kind, size in (line.split() for line in listed):
        content = pack.get(bytes.fromhex(identity), kind)
        assert len(content) == int(size)
        assert sha1(f"{kind} {size}\0".encode() + content).hexdigest() == identity


def head(kind: int, size: int) -> bytes:
    found, byte = [], kind << 4 | size & 15
    size >>= 4
    while size:
        found.append(byte | 0x80)
        byte = size & 0x7F
        size >>= 7
    return bytes([*found, byte])


def packed(*objects: bytes, count: int | None = None) -> bytes:
    body = b"PACK\0\0\0\2" + (len(objects) if count is None else count).to_bytes(4, "big") + b"".join(objects)
    return body + sha1(body).digest()


def whole(content: bytes, size: int | None = None, kind: int = 3) -> bytes:
    return head(kind, len(content) if size is None else size) + zlib.compress(content)


BLOB = whole(b"hello")
HELLO = bytes.fromhex("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PACK",
        b"<html>" * 20,
        packed(BLOB)[:-1],
        packed(BLOB) + b"x",
        packed(BLOB, count=2),
        packed(BLOB, BLOB, count=1),
        packed(whole(b"hello", 4)),
        packed(whole(b"hello", 6)),
        packed(head(3, 5) + b"no zlib at all"),
        packed(head(3, 5) + zlib.compress(b"hello")[:-3]),
        packed(head(5, 5) + zlib.compress(b"hello")),
        packed(head(0, 5) + zlib.compress(b"hello")),
        packed(b"\x80" * 30),
        packed(head(6, 5) + b"\x05" + zlib.compress(b"hello")),
        packed(BLOB, head(6, 5) + b"\x80\x80\x80\x80\x01" + zlib.compress(b"hello")),
    ],
)
def test_what_is_no_pack_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenPackError):
        Pack(data, BIG)


def test_a_pack_whose_objects_miss_their_base_does_not_have_them() -> None:
    pack = Pack(packed(BLOB, head(7, 5) + b"\1" * 20 + zlib.compress(b"hello")), BIG)
    assert pack.get(HELLO, "blob") == b"hello"
    with pytest.raises(BrokenPackError, match="no tree"):
        pack.get(HELLO, "tree")
    with pytest.raises(BrokenPackError, match="lacks"):
        pack.get(b"\1" * 20, "blob")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(whole(b"\0" * 10_000_000))
    assert len(bomb) < 20_000
    with pytest.raises(LimitError) as caught:
        Pack(bomb, 1_000_000)
    assert caught.value.limit == "unpacked"
    with pytest.raises(BrokenPackError):  # and one that lies about its size ends where it said
        Pack(packed(whole(b"\0" * 10_000_000, 10)), 1_000_000)


def test_a_large_object_is_measured_and_not_held() -> None:
    content = b"\0" * (LARGEST + 1)
    pack = Pack(packed(whole(content), BLOB), BIG)
    large = sha1(f"blob {len(content)}\0".encode() + content).digest()
    assert pack.size(large) == len(content)
    with pytest.raises(LimitError):
        pack.get(large, "blob")
    assert pack.get(HELLO, "blob") == b"hello"


def copied(start: int, size: int) -> bytes:
    return b"\xff" + start.to_bytes(4, "little") + size.to_bytes(3, "little")


@pytest.mark.parametrize(
    "delta",
    [
        b"",
        b"\x05",
        b"\x80",
        b"\x04\x05" + copied(0, 4),
        b"\x05\x05" + copied(0, 6),
        b"\x05\x05" + copied(5, 1),
        b"\x05\x05" + copied(2**32 - 1, 5),
        b"\x05\x05\x00",
        b"\x05\x05\x06abc",
        b"\x05\x05\xff\x01",
        b"\x05\x04" + copied(0, 5),
        b"\x05\x06" + copied(0, 5),
        b"\x05" + b"\xff" * 9 + b"\x01",
    ],
)
def test_a_delta_that_does_not_fit_is_refused(delta: bytes) -> None:
    with pytest.raises(BrokenPackError):
        apply_delta(b"hello", delta, BIG)


def test_a_delta_does_not_grow_beyond_the_largest_object() -> None:
    delta = b"\x05\x80\x80\x80\x80\x01" + copied(0, 5) * 10
    assert target_size(delta) == 1 << 28
    with pytest.raises(LimitError):
        apply_delta(b"hello", delta, 1 << 20)
