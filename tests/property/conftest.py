"""One API server for all laws."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.property import profile
from tests.property.server import Server

__all__ = ["profile", "server"]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server."""
    found = Server()
    try:
        yield found
    finally:
        found.close()
