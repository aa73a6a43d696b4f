"""One cluster for all end-to-end tests, a namespace for each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from tests.e2e import cluster


@pytest.fixture(scope="session", autouse=True)
def live_cluster() -> Iterator[None]:
    """A running cluster; it is taken down, state and all, after the last test."""
    cluster.run("scripts/up", timeout=900)
    yield
    if not os.environ.get("KEEP_CLUSTER"):
        cluster.run("scripts/down", "--purge", timeout=300)


@pytest.fixture(params=cluster.kubectls(), ids=lambda path: path.strip("/").replace("/", "-"))
def kubectl(request: pytest.FixtureRequest) -> Iterator[cluster.Kubectl]:
    """Each kubectl of the host in turn, in a namespace of the test's own."""
    binary = cluster.Kubectl(request.param)
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:60].strip("-")
    binary("create", "namespace", name)
    own = cluster.Kubectl(request.param, name)
    cluster.eventually(lambda: own("get", "serviceaccount", "default"), "the default ServiceAccount")
    yield own
    binary("delete", "namespace", name, "--wait=false")


@pytest.fixture
def default_kubectl() -> cluster.Kubectl:
    """The first kubectl, in the namespace default."""
    return cluster.Kubectl(cluster.kubectls()[0])
