"""One API server for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.command_line import CommandLine, cluster


@pytest.fixture(scope="module")
def pykube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """The command, with a server behind it."""
    with cluster(tmp_path_factory.mktemp("cli")) as found:
        yield found
