"""Rollout arithmetic as stories; see `play` for how they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pykube.api import apps_v1
from pykube.controllers import rollout
from tests.fakes.api import meta

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


def deployment(replicas: int, surge: str, unavailable: str) -> apps_v1.Deployment:
    def amount(text: str) -> int | str:
        return text if text.endswith("%") else int(text)

    rolling = apps_v1.RollingUpdateDeployment(max_surge=amount(surge), max_unavailable=amount(unavailable))
    strategy = apps_v1.DeploymentStrategy(type="RollingUpdate", rolling_update=rolling)
    return apps_v1.Deployment(spec=apps_v1.DeploymentSpec(replicas=replicas, strategy=strategy))


def replicaset(name: str, size: int, available: int) -> apps_v1.ReplicaSet:
    return apps_v1.ReplicaSet(
        metadata=meta(name, uid=name),
        spec=apps_v1.ReplicaSetSpec(replicas=size),
        status=apps_v1.ReplicaSetStatus(available_replicas=available, replicas=size),
    )


def step(owner: apps_v1.Deployment, old: apps_v1.ReplicaSet, new: apps_v1.ReplicaSet) -> None:
    """One sync: the new set grows, or the old one shrinks."""
    target = min(rollout.new_size(owner, [old, new], rollout.size(new)), rollout.desired(owner))
    if target != rollout.size(new):
        new.spec.replicas = target
        return
    for resize in rollout.shrink_old(owner, [old], new):
        resize.replicaset.spec.replicas = resize.to
        old.status.available_replicas = min(old.status.available_replicas, resize.to)


def play(text: str) -> None:
    """``replicas=10 surge=3 unavailable=2`` begins; each ``old A new B`` is what the next step must come to.

    ``(c ready)`` behind a set's size says how many of its pods are available from then on; by default all are, with
    ``broken`` in the first line none of the new ones ever is.
    """
    head, *lines = [line.partition("#")[0].strip() for line in text.splitlines() if line.partition("#")[0].strip()]
    words = dict(word.partition("=")[::2] for word in head.split())
    count = int(words["replicas"])
    owner = deployment(count, words["surge"], words["unavailable"])
    old, new = replicaset("old", count, count), replicaset("new", 0, 0)
    for line in lines:
        step(owner, old, new)
        found = re.fullmatch(r"old (\d+)(?: \((\d+) ready\))? new (\d+)(?: \((\d+) ready\))?", line)
        assert found is not None, line
        assert (old.spec.replicas, new.spec.replicas) == (int(found[1]), int(found[3])), line
        old.status.available_replicas = int(found[2] or old.spec.replicas or 0)
        new.status.available_replicas = int(found[4] or (0 if "broken" in words else new.spec.replicas or 0))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    play(path.read_text())
