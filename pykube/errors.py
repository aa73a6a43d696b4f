"""One exception class per reason of a Kubernetes ``Status``.

Inside the project these are raised; the API server turns them into a ``Status`` body and an HTTP code, the client
turns a ``Status`` body back into them. Reasons and codes: k8s.io/apimachinery, StatusReason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Cause:
    """One of several causes: `reason` is e.g. FieldValueInvalid, `field` a path such as ``spec.containers[0].name``."""

    reason: str
    message: str
    field: str = ""

    def to_dict(self) -> dict[str, str]:
        parts = (("reason", self.reason), ("message", self.message), ("field", self.field))
        return {name: value for name, value in parts if value}


@dataclass(frozen=True, slots=True)
class Details:
    """What the error is about; `kind` holds the plural resource where upstream puts it there."""

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: Sequence[Cause] = field(default_factory=tuple)
    retry_after_seconds: int = 0

    def to_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            key: value
            for key, value in (("name", self.name), ("group", self.group), ("kind", self.kind), ("uid", self.uid))
            if value
        }
        if self.causes:
            found["causes"] = [cause.to_dict() for cause in self.causes]
        if self.retry_after_seconds:
            found["retryAfterSeconds"] = self.retry_after_seconds
        return found


class ApiError(Exception):
    """An answer other than success; subclasses fix its reason and HTTP code."""

    reason: ClassVar[str] = ""
    code: int = 500

    def __init__(self, message: str, details: Details | None = None, *, code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or Details()
        if code is not None:
            self.code = code

    def status(self) -> dict[str, Any]:
        """The ``v1.Status`` object for this error, as plain data."""
        found: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            found["reason"] = self.reason
        if details := self.details.to_dict():
            found["details"] = details
        found["code"] = self.code
        return found


class BadRequest(ApiError):
    """400: the request cannot be understood."""

    reason = "BadRequest"
    code = 400


class Unauthorized(ApiError):
    """401: no valid credential came with the request."""

    reason = "Unauthorized"
    code = 401


class Forbidden(ApiError):
    """403: the caller is known and may not do this, or admission said no."""

    reason = "Forbidden"
    code = 403


class NotFound(ApiError):
    """404: no such object, or no such resource."""

    reason = "NotFound"
    code = 404


class MethodNotAllowed(ApiError):
    """405: the resource does not support the verb."""

    reason = "MethodNotAllowed"
    code = 405


class NotAcceptable(ApiError):
    """406: none of the accepted content types can be produced."""

    reason = "NotAcceptable"
    code = 406


class AlreadyExists(ApiError):
    """409: an object of that name is there."""

    reason = "AlreadyExists"
    code = 409


class Conflict(ApiError):
    """409: the object has changed, or a precondition failed."""

    reason = "Conflict"
    code = 409


class Gone(ApiError):
    """410: what was asked for existed and cannot be had any more."""

    reason = "Gone"
    code = 410


class Expired(ApiError):
    """410: the resourceVersion or continue token is older than the history kept."""

    reason = "Expired"
    code = 410


class RequestEntityTooLarge(ApiError):
    """413: the body is larger than the server accepts."""

    reason = "RequestEntityTooLarge"
    code = 413


class UnsupportedMediaType(ApiError):
    """415: the body's content type is not understood."""

    reason = "UnsupportedMediaType"
    code = 415


class Invalid(ApiError):
    """422: the object was understood and breaks a rule; `details.causes` names each field."""

    reason = "Invalid"
    code = 422


class TooManyRequests(ApiError):
    """429: try again later; `details.retry_after_seconds` says when."""

    reason = "TooManyRequests"
    code = 429


class InternalError(ApiError):
    """500: the server's own fault."""

    reason = "InternalError"
    code = 500


class ServiceUnavailable(ApiError):
    """503: not ready, or a part behind the server does not answer."""

    reason = "ServiceUnavailable"
    code = 503


class Timeout(ApiError):
    """504: it took longer than the caller allowed."""

    reason = "Timeout"
    code = 504


class ServerTimeout(ApiError):
    """500: the server could not finish in time; the client may try again."""

    reason = "ServerTimeout"
    code = 500


BY_REASON: dict[str, type[ApiError]] = {
    cls.reason: cls
    for cls in (
        BadRequest,
        Unauthorized,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        AlreadyExists,
        Conflict,
        Gone,
        Expired,
        RequestEntityTooLarge,
        UnsupportedMediaType,
        Invalid,
        TooManyRequests,
        InternalError,
        ServiceUnavailable,
        Timeout,
        ServerTimeout,
    )
}


def from_status(status: dict[str, Any], *, code: int = 500) -> ApiError:
    """The exception for a ``v1.Status`` body; `code` is the HTTP code, used where the body has none."""
    details = status.get("details") or {}
    cls = BY_REASON.get(status.get("reason", ""), ApiError)
    return cls(
        status.get("message", "") or f"the server answered {code}",
        Details(
            name=details.get("name", ""),
            group=details.get("group", ""),
            kind=details.get("kind", ""),
            uid=details.get("uid", ""),
            causes=tuple(
                Cause(cause.get("reason", ""), cause.get("message", ""), cause.get("field", ""))
                for cause in details.get("causes") or ()
            ),
            retry_after_seconds=details.get("retryAfterSeconds", 0),
        ),
        code=status.get("code") or code,
    )
