"""Nodes: an agent that registers says at once what its host has."""

from __future__ import annotations

from ..write import Write
from .strategy import Strategy


class NodeStrategy(Strategy):
    """A new node keeps the status it comes with; later only ``status`` changes it."""

    def prepare_create(self, write: Write) -> None:
        """Nothing is reset."""
