"""Runs the stories beside this file: what changes in the cluster, and which transaction follows.

A story is a YAML file: ``node`` is the node's name, ``steps`` are run in order. A step's ``given`` holds Services and
EndpointSlices that are added or replaced, ``gone`` names those that are deleted. ``then`` is the transaction, without
the repeated ``inet pykube`` and without the declarations of chains whose rules follow; ``including`` is a part of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.proxy.model import SERVICE_NAME_LABEL, service_model
from agent.proxy.rules import Addresses, ServiceRules, render
from agent.proxy.table import Table
from pykube.api import codec
from pykube.api.core_v1 import Service
from pykube.api.discovery_v1 import EndpointSlice

STORIES = sorted(Path(__file__).parent.glob("*.yaml"))


class Cluster:
    """The Services and slices of a story."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.services: dict[str, Service] = {}
        self.slices: dict[str, EndpointSlice] = {}
        self.table = Table(Addresses(("10.43.0.0/16",), ("10.42.1.0/24",), ("10.43.0.10",)))

    def take(self, document: dict[str, Any]) -> str:
        """Add or replace an object; returns the Service that is concerned."""
        if document["kind"] == "Service":
            service = codec.from_dict(Service, {"apiVersion": "v1", **document})
            self.services[service.metadata.name] = service
            return service.metadata.name
        piece = codec.from_dict(EndpointSlice, {"apiVersion": "discovery.k8s.io/v1", **document})
        self.slices[piece.metadata.name] = piece
        return piece.metadata.labels[SERVICE_NAME_LABEL]

    def drop(self, name: str) -> str:
        piece = self.slices.pop(name, None)
        if piece is not None:
            return piece.metadata.labels[SERVICE_NAME_LABEL]
        del self.services[name]
        return name

    def rules(self, name: str) -> ServiceRules:
        if name not in self.services:
            return ServiceRules()
        slices = [piece for piece in self.slices.values() if piece.metadata.labels[SERVICE_NAME_LABEL] == name]
        model = service_model(
            self.services[name], slices, node_name=self.node, excluded=frozenset(self.table.addresses.excluded)
        )
        return render(model, self.table.addresses)


def readable(transaction: str) -> list[str]:
    lines = transaction.replace(" inet pykube ", " ").splitlines()
    filled = {line.split()[2] for line in lines if line.startswith("add rule ")}
    return [line for line in lines if not (line.startswith("add chain ") and line.split()[2] in filled)]


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    story = yaml.safe_load(path.read_text())
    cluster = Cluster(story["node"])
    for number, step in enumerate(story["steps"], 1):
        changed = [cluster.take(document) for document in step.get("given") or ()]
        changed += [cluster.drop(name) for name in step.get("gone") or ()]
        found = readable(cluster.table.update({name: cluster.rules(name) for name in dict.fromkeys(changed)}))
        where = f"step {number}: {step['step']}"
        if "then" in step:
            assert found == step["then"].splitlines(), where
        assert set(step.get("including", "").splitlines()) <= set(found), where
