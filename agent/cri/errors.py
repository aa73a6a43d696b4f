"""What a container runtime can answer instead of doing what it was asked.

One class per gRPC status code that callers tell apart; every other code arrives as plain `CriError`. The numbers are
those of gRPC (https://grpc.github.io/grpc/core/md_doc_statuscodes.html); grpc's own types stay in `client`.
"""

from __future__ import annotations


class CriError(Exception):
    """A call to the runtime failed: `code` is gRPC's name for the failure, `message` the runtime's own words."""

    code: str = "UNKNOWN"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}: {self.message})"


class NotFound(CriError):
    """No such sandbox, container or image."""

    code = "NOT_FOUND"


class AlreadyExists(CriError):
    """The name is reserved: an earlier attempt is still there."""

    code = "ALREADY_EXISTS"


class InvalidArgument(CriError):
    """The runtime does not accept the request as it is."""

    code = "INVALID_ARGUMENT"


class FailedPrecondition(CriError):
    """The object is not in the state that the call needs."""

    code = "FAILED_PRECONDITION"


class Unavailable(CriError):
    """Nothing answers at the socket, or the runtime is starting or going."""

    code = "UNAVAILABLE"


class DeadlineExceeded(CriError):
    """No answer within the time given."""

    code = "DEADLINE_EXCEEDED"


class Unimplemented(CriError):
    """This runtime does not have the call."""

    code = "UNIMPLEMENTED"


class ResourceExhausted(CriError):
    """Too large a message, or the runtime is out of something."""

    code = "RESOURCE_EXHAUSTED"


class Cancelled(CriError):
    """The runtime gave the call up."""

    code = "CANCELLED"


BY_CODE: dict[str, type[CriError]] = {
    cls.code: cls
    for cls in (
        NotFound,
        AlreadyExists,
        InvalidArgument,
        FailedPrecondition,
        Unavailable,
        DeadlineExceeded,
        Unimplemented,
        ResourceExhausted,
        Cancelled,
    )
}


def from_code(code: str, message: str) -> CriError:
    """The exception for a gRPC code name such as ``NOT_FOUND``."""
    if cls := BY_CODE.get(code):
        return cls(message)
    return CriError(message, code)
