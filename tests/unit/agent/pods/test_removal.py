"""Removal of what is left of deleted pods, in quiet moments."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agent.cri.errors import CriError
from agent.pods.removal import PATIENCE, REST, RETRY, Removal
from tests.fakes.clock import FakeClock


class Node:
    """A node that is busy or not, and what has been removed from it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.busy = False
        self.removed: list[str] = []
        self.failures = 0
        self.removal = Removal(self.clock, lambda: self.busy)

    def leave(self, label: str) -> None:
        async def remove() -> None:
            if self.failures:
                self.failures -= 1
                raise CriError("not now", "UNAVAILABLE")
            self.removed.append(label)

        self.removal.add(label, remove)


def on_node(story: Callable[[Node], Awaitable[None]]) -> None:
    async def run() -> None:
        node = Node()
        running = asyncio.create_task(node.removal.run())
        await story(node)
        running.cancel()

    asyncio.run(run())


def test_what_is_left_rests_a_while_and_goes_in_turn() -> None:
    async def story(node: Node) -> None:
        node.leave("one")
        node.leave("two")
        await node.clock.advance(REST / 2)
        assert node.removed == []
        await node.clock.advance(REST)
        assert node.removed == ["one", "two"]
        await node.removal.wait_idle()

    on_node(story)


def test_busy_node_is_not_disturbed_but_not_for_ever() -> None:
    async def story(node: Node) -> None:
        node.busy = True
        node.leave("one")
        await node.clock.advance(PATIENCE - REST)
        assert node.removed == []
        await node.clock.advance(2 * REST)
        assert node.removed == ["one"]

    on_node(story)


def test_refusal_is_followed_by_another_try() -> None:
    async def story(node: Node) -> None:
        node.failures = 1
        node.leave("one")
        await node.clock.advance(REST)
        assert node.removed == []
        await node.clock.advance(RETRY)
        assert node.removed == ["one"]

    on_node(story)
