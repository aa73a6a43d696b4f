"""The answers to requests that a policy does not let pass."""

from __future__ import annotations

from pykube.errors import BY_REASON, ApiError, Cause, Details, Forbidden

from ... import statuses
from ...write import Write

_CODES = {"Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413, "Invalid": 422}


def by_validation(write: Write, message: str, reason: str) -> ApiError:
    """The refusal of a validating policy: the words of a Forbidden, but reason and code are the policy's."""
    resource = write.resource
    text = f'{statuses.qualified(resource)} "{name_of(write)}" is forbidden: {message}'
    return BY_REASON[reason](text, _details(write, message), code=_CODES.get(reason, 422))


def by_mutation(write: Write, messages: list[tuple[str, str]]) -> ApiError:
    """The refusal of mutating policies, each a message and a reason; the first one decides, the code is always 403."""
    first, reason = messages[0]
    cls = BY_REASON.get(reason, Forbidden)
    return cls(first, _details(write, *(message for message, _ in messages)), code=403)


def name_of(write: Write) -> str:
    """What a refusal calls the object, which may not have its name yet."""
    if write.name:
        return write.name
    metadata = getattr(write.object, "metadata", None)
    if write.object is not None and metadata is None:
        return "Unknown/errorGettingName"
    return (metadata.name or metadata.generate_name if metadata is not None else "") or "Unknown"


def _details(write: Write, *messages: str) -> Details:
    resource = write.resource
    causes = tuple(Cause("", message) for message in messages)
    return Details(name=name_of(write), group=resource.group, kind=resource.plural, causes=causes)
