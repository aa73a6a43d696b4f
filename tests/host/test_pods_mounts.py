"""Mounts and sub-paths on the real kernel: nothing is removed across a mount, nothing leads out of a volume."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.volumes.context import VolumeError
from agent.volumes.mount import MountError, bind, is_mounted, mount, mounts_below, remove_tree, unmount_below
from agent.volumes.ownership import hand_to_group
from agent.volumes.sub_path import hold

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A directory in which nothing is mounted afterwards."""
    yield tmp_path
    unmount_below(tmp_path)


def test_tree_with_a_mount_in_it_is_not_removed(place: Path) -> None:
    inner, outside = place / "tree" / "inner", place / "outside"
    inner.mkdir(parents=True)
    outside.mkdir()
    (outside / "data").write_text("precious")
    bind(str(outside), inner)
    with pytest.raises(MountError, match="is mounted"):
        remove_tree(place / "tree")
    unmount_below(place / "tree")
    remove_tree(place / "tree")
    assert (outside / "data").read_text() == "precious"


def test_mounts_are_found_deepest_first(place: Path) -> None:
    mount("tmpfs", place, "tmpfs")
    deep = place / "a b"
    deep.mkdir()
    mount("tmpfs", deep, "tmpfs", options="size=64k")
    assert mounts_below(place) == [deep, place]
    assert is_mounted(deep)


def test_mount_that_is_refused_says_why(place: Path) -> None:
    with pytest.raises(MountError, match="No such file or directory"):
        mount("tmpfs", place / "missing", "tmpfs")


def test_sub_path_is_held_though_it_is_replaced_by_a_link(place: Path) -> None:
    volume, secret, held = place / "volume", place / "secret", place / "held"
    (volume / "part").mkdir(parents=True)
    secret.mkdir()
    (secret / "key").write_text("hush")
    hold(volume, "part", held)
    (volume / "part").rmdir()
    (volume / "part").symlink_to(secret)
    assert list(held.iterdir()) == []


@pytest.mark.parametrize("sub_path", ["../secret", "/etc", "link/key"])
def test_sub_path_may_not_lead_out(place: Path, sub_path: str) -> None:
    volume = place / "volume"
    volume.mkdir()
    (place / "secret").mkdir()
    (volume / "link").symlink_to(place / "secret")
    with pytest.raises(VolumeError):
        hold(volume, sub_path, place / "held")


def test_sub_path_is_made_with_the_volumes_mode(place: Path) -> None:
    volume = place / "volume"
    volume.mkdir(mode=0o770)
    volume.chmod(0o770)
    hold(volume, "x/y", place / "held")
    assert (volume / "x" / "y").stat().st_mode & 0o777 == 0o770


def test_volume_is_handed_to_a_group(place: Path) -> None:
    (place / "d").mkdir()
    (place / "d" / "f").write_text("")
    (place / "d" / "f").chmod(0o600)
    hand_to_group(place / "d", 4242)
    assert ((place / "d" / "f").stat().st_gid, (place / "d" / "f").stat().st_mode & 0o777) == (4242, 0o660)
    assert (place / "d").stat().st_mode & 0o2070 == 0o2070
