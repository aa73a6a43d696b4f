"""Reads and plays the stories in this folder.

A story is a list of lines; ``#`` begins a comment, words are split as a shell splits them:

    node NAME [cpu=4] [memory=8Gi] [pods=110] [zone=Z] [KEY=VALUE ...] [taint=KEY=VALUE:EFFECT ...] [cordoned]
    running NAME on NODE [cpu=..] [memory=..] [priority=N] [app=X ...] [{YAML of more of its spec}]
    pod NAME [the same]            a pod that wants a node
    gone NAME                      a pod that has ended
    -> NODE [or NODE ...]          where the pod of the line before was put; it stays there
    -> waits: MESSAGE              why it was not
    -> preempts NAME [NAME ...] on NODE
"""

from __future__ import annotations

import random
import re
import shlex
from dataclasses import dataclass, field
from typing import Any

import yaml

from pykube.api import core_v1, meta_v1, selectors
from pykube.scheduler.cluster import Cluster
from pykube.scheduler.cycle import Cycle
from pykube.scheduler.fit_error import FitError
from pykube.scheduler.plugins import default_plugins
from pykube.scheduler.podinfo import PodInfo
from pykube.scheduler.preemption import Preemption
from tests.fakes import workloads

_KNOWN = ("cpu", "memory", "pods", "priority")


@dataclass
class Words:
    """One line taken apart."""

    name: str
    known: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    taints: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    spec: dict[str, Any] = field(default_factory=dict)
    on: str = ""


def parse(text: str) -> Words:
    """The words after the first one of a line."""
    extra = re.search(r"\{.*\}\s*$", text)
    words = shlex.split(text[: extra.start()] if extra else text)
    found = Words(words[0], spec=yaml.safe_load(extra.group()) if extra else {})
    rest = iter(words[1:])
    for word in rest:
        key, equals, value = word.partition("=")
        if word == "on":
            found.on = next(rest)
        elif not equals:
            found.flags.add(word)
        elif key == "taint":
            found.taints.append(value)
        elif key in _KNOWN:
            found.known[key] = value
        else:
            found.labels["topology.kubernetes.io/zone" if key == "zone" else key] = value
    return found


class Story:
    """The cluster of one story, and what happened last."""

    def __init__(self) -> None:
        self.cluster = Cluster()
        self.cluster.default_selector = self._same_app
        self.cycle = Cycle(self.cluster, default_plugins(), random.Random(1))
        self.preemption = Preemption(self.cluster, self.cycle)
        self.pods: dict[str, PodInfo] = {}
        self.outcome: str | FitError = ""
        self.last: PodInfo | None = None

    @staticmethod
    def _same_app(pod: PodInfo) -> selectors.LabelSelector | None:
        app = pod.labels.get("app")
        return selectors.from_label_selector(meta_v1.LabelSelector(match_labels={"app": app})) if app else None

    def play(self, line: str) -> None:
        """One line; AssertionError when the story went otherwise."""
        verb, _, rest = line.strip().partition(" ")
        {"node": self._node, "running": self._running, "pod": self._pod, "gone": self._gone, "->": self._expect}[verb](
            rest
        )

    def _node(self, text: str) -> None:
        words = parse(text)
        known = {key: words.known[key] for key in ("cpu", "memory", "pods") if key in words.known}
        self.cluster.set_node(
            workloads.node(
                words.name,
                labels=words.labels,
                taints=tuple(words.taints),
                unschedulable="cordoned" in words.flags,
                **known,
            )
        )

    def _make(self, words: Words) -> core_v1.Pod:
        priority = words.known.get("priority")
        return workloads.pod(
            words.name,
            cpu=words.known.get("cpu", ""),
            memory=words.known.get("memory", ""),
            priority=None if priority is None else int(priority),
            labels=words.labels,
            on=words.on,
            spec=words.spec,
        )

    def _running(self, text: str) -> None:
        words = parse(text)
        info = self.pods[words.name] = PodInfo(self._make(words))
        self.cluster.set_pod(info, words.on)

    def _pod(self, text: str) -> None:
        words = parse(text)
        self.last = self.pods[words.name] = PodInfo(self._make(words))
        self.outcome = self.cycle.place(self.last)
        if isinstance(self.outcome, str):
            self.cluster.assume(self.last, self.outcome)

    def _gone(self, name: str) -> None:
        self.cluster.remove_pod(self.pods[name].uid)

    def _expect(self, text: str) -> None:
        assert self.last is not None
        if text.startswith("waits: "):
            assert str(self.outcome) == text.removeprefix("waits: ")
        elif text.startswith("preempts "):
            assert isinstance(self.outcome, FitError), f"it fits on {self.outcome}"
            names, _, where = text.removeprefix("preempts ").partition(" on ")
            found = self.preemption.attempt(self.last, self.outcome).candidate
            assert found is not None
            assert (found.node, [each.pod.metadata.name for each in found.victims]) == (where, names.split())
        else:
            assert str(self.outcome) in text.split(" or ")


def play(text: str) -> None:
    """The whole story; an AssertionError names the line."""
    story = Story()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0]
        if line.strip():
            try:
                story.play(line)
            except AssertionError as error:
                raise AssertionError(f"line {number}: {line.strip()}: {error}") from error
