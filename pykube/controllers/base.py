"""The one shape of a controller: watches put keys into a queue, `sync` compares and converges one key at a time.

Objects that come from a cache are never changed: copy, or replace what differs.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, ClassVar, TypeVar

from pykube import errors
from pykube.client.informer import Informer
from pykube.client.workqueue import WorkQueue

from .context import Context

log = logging.getLogger(__name__)

T = TypeVar("T")


def key_of(obj: Any) -> str:
    """``namespace/name``, or ``name`` for what has no namespace."""
    metadata = obj.metadata
    return f"{metadata.namespace}/{metadata.name}" if metadata.namespace else str(metadata.name)


def split(key: str) -> tuple[str, str]:
    """Namespace and name."""
    namespace, _, name = key.rpartition("/")
    return namespace, name


class Controller:
    """Base of all controllers. A subclass registers its watches in `__init__` and implements `sync`.

    `sync` may be called at any time and any number of times for a key, never twice at once for the same key. What it
    raises is retried with backoff.
    """

    name: ClassVar[str]
    """As upstream names the source of its events."""
    workers: ClassVar[int] = 5

    def __init__(self, context: Context) -> None:
        self.context = context
        self.client = context.client
        self.clock = context.clock
        self.queue = WorkQueue(context.clock)
        self._recorder = context.recorder(self.name)
        self._informers: list[Informer[Any]] = []

    def informer(self, cls: type[T], **options: Any) -> Informer[T]:
        """The shared cache of a type; `run` waits until it is filled."""
        found = self.context.informers.informer(cls, **options)
        self._informers.append(found)
        return found

    def enqueue(self, obj: Any) -> None:
        """Have an object's key synced."""
        self.queue.add(key_of(obj))

    def enqueue_new(self, old: Any, new: Any) -> None:
        """The same, as a handler of updates."""
        self.queue.add(key_of(new))

    def watch(self, cls: type[T], **options: Any) -> Informer[T]:
        """The cache of the type that this controller is about: each change of an object enqueues it."""
        found = self.informer(cls, **options)
        found.add_handler(on_add=self.enqueue, on_update=self.enqueue_new, on_delete=self.enqueue)
        return found

    def event(self, obj: Any, reason: str, message: str, *, warning: bool = False) -> None:
        """Tell users what happened to `obj`, in this controller's name."""
        self._recorder.event(obj, "Warning" if warning else "Normal", reason, message)

    async def sync(self, key: str) -> None:
        """Converge what `key` names."""
        raise NotImplementedError

    async def run(self) -> None:
        """Work until cancelled."""
        for informer in self._informers:
            await informer.wait_synced()
        await self.started()
        async with asyncio.TaskGroup() as group:
            for number in range(self.workers):
                group.create_task(self._work(), name=f"{self.name}-{number}")

    async def started(self) -> None:
        """Called once, when the caches are filled and before the first `sync`."""

    async def _work(self) -> None:
        while True:
            key = await self.queue.get()
            try:
                await self.process(key)
            finally:
                self.queue.done(key)

    async def process(self, key: str) -> None:
        """`sync`, and again later when it fails."""
        try:
            await self.sync(key)
        except errors.ApiError as error:
            level = logging.DEBUG if isinstance(error, errors.Conflict | errors.NotFound) else logging.WARNING
            log.log(level, "%s: %s is tried again: %s", self.name, key, error)
            self.queue.add_rate_limited(key)
        except Exception:
            log.exception("%s: %s failed and is tried again", self.name, key)
            self.queue.add_rate_limited(key)
        else:
            self.queue.forget(key)
