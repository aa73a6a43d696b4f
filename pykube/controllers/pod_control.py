"""Creating and deleting the pods of a workload, with the events that tell of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from pykube import errors
from pykube.api import core_v1, meta_v1, owners

from .base import Controller

FIRST_BATCH: Final = 1
"""Pods created at first; each good batch is followed by one twice as big."""


def pod_from_template(template: core_v1.PodTemplateSpec, owner: Any, *, name: str = "") -> core_v1.Pod:
    """A pod as `template` describes it, managed by `owner`; without `name` the server makes one from the owner's."""
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(
            name=name,
            generate_name="" if name else f"{owner.metadata.name}-",
            namespace=owner.metadata.namespace,
            labels=dict(template.metadata.labels),
            annotations=dict(template.metadata.annotations),
            finalizers=list(template.metadata.finalizers),
            owner_references=[owners.controller_reference(owner)],
        ),
        spec=template.spec,
    )


def namespace_is_ending(error: errors.ApiError) -> bool:
    """Whether the server refused because the namespace is being deleted."""
    return any(cause.reason == "NamespaceTerminating" for cause in error.details.causes)


class PodControl:
    """Speaks for one controller."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    async def create(self, owner: Any, pod: core_v1.Pod) -> core_v1.Pod:
        """Create `pod` for `owner`.

        Raises:
            errors.ApiError: the server refused; an event tells why, unless the namespace is ending.
        """
        try:
            created = await self._controller.client.create(pod)
        except errors.ApiError as error:
            if not namespace_is_ending(error):
                self._controller.event(owner, "FailedCreate", f"Error creating: {error}", warning=True)
            raise
        self._controller.event(owner, "SuccessfulCreate", f"Created pod: {created.metadata.name}")
        return created

    async def delete(self, owner: Any, pod: core_v1.Pod) -> None:
        """Delete `pod` for `owner`.

        Raises:
            errors.NotFound: it is gone already.
            errors.ApiError: the server refused; an event tells why.
        """
        name = pod.metadata.name
        try:
            await self._controller.client.delete(core_v1.Pod, name, pod.metadata.namespace)
        except errors.NotFound:
            raise
        except errors.ApiError as error:
            self._controller.event(owner, "FailedDelete", f"Error deleting: {error}", warning=True)
            raise
        self._controller.event(owner, "SuccessfulDelete", f"Deleted pod: {name}")


async def slow_start(count: int, act: Callable[[], Awaitable[object]]) -> tuple[int, errors.ApiError | None]:
    """Call `act` up to `count` times, in growing batches, and stop after a batch with a failure.

    What fails mostly fails for all of them alike (a quota), and then only one request is wasted.

    Returns:
        How many succeeded, and the first failure.
    """
    succeeded, batch = 0, min(FIRST_BATCH, count)
    remaining = count
    while batch > 0:
        results = await asyncio.gather(*(act() for _ in range(batch)), return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        succeeded += batch - len(failures)
        for failure in failures:
            if not isinstance(failure, errors.ApiError):
                raise failure
            return succeeded, failure
        remaining -= batch
        batch = min(2 * batch, remaining)
    return succeeded, None
