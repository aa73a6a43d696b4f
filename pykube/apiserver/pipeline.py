"""The stages of a write, each one callable of one shape, in the order in which they run.

Before them, in app.py, stand authentication and authorization; after them comes the store.
"""

from __future__ import annotations

from collections.abc import Sequence

from pykube.api import field_errors

from .write import Operation, Stage, Write


async def mutate(write: Write) -> None:
    """Admission plugins that change the object."""
    for plugin in write.registry.admission.mutating:
        await plugin(write)


async def prepare(write: Write) -> None:
    """The strategy of the kind resets or keeps what the client has no say in."""
    strategy = write.registry.strategy(write.resource)
    if write.operation is Operation.CREATE:
        strategy.prepare_create(write)
    elif write.subresource == "status":
        strategy.prepare_status(write)
    else:
        strategy.prepare_update(write)


async def validate(write: Write) -> None:
    """The rules of the kind; all that is broken is reported at once."""
    strategy = write.registry.strategy(write.resource)
    if write.operation is Operation.CREATE:
        found = strategy.validate_create(write)
    elif write.subresource == "status":
        found = strategy.validate_status(write)
    else:
        found = strategy.validate_update(write)
    if found:
        raise field_errors.invalid(write.resource, write.object.metadata.name, found)


async def admit(write: Write) -> None:
    """Admission plugins that only say yes or no."""
    for plugin in write.registry.admission.validating:
        await plugin(write)


async def allocate(write: Write) -> None:
    """Take addresses, ports and the like; last, so that little has to be given back."""
    await write.registry.strategy(write.resource).allocate(write)


WRITE: Sequence[Stage] = (mutate, prepare, validate, admit, allocate)
"""For create and update."""

DELETE: Sequence[Stage] = (mutate, admit)
"""For delete: there is no new object to prepare or validate."""


async def run(stages: Sequence[Stage], write: Write) -> None:
    """Run the stages; when one fails, what the others have reserved is released."""
    try:
        for stage in stages:
            await stage(write)
    except BaseException:
        release(write)
        raise


def release(write: Write) -> None:
    """The write is over: release what the stages have reserved, last first."""
    while write.release:
        write.release.pop()()
