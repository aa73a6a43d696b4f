"""Events of audit.k8s.io/v1, and how they are written.

Source: k8s.io/apiserver, pkg/apis/audit/v1.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from ..authn.user import User
from .bodies import Body
from .policy import VERSION, Level, Stage

CONSTRAINT = "authentication.kubernetes.io/impersonation-constraint"
"""The annotation in which impersonation says which of its narrower permissions was used."""
TRUNCATED = "audit.k8s.io/truncated"
"""The annotation of an event whose objects were left out because of its size."""


_NAMED_BY_BODY = frozenset({"create", "update"})
_WITH_BODY = _NAMED_BY_BODY | {"patch", "delete", "deletecollection"}
_REFERENCE = ("resource", "namespace", "name", "uid", "apiGroup", "apiVersion", "resourceVersion", "subresource")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One stage of one request. Objects are looked into when it is written, which is done elsewhere than in the loop.

    `asked` is the body of a resource request, at any level: it may say the name of the object. `answered` is what was
    answered where that is recorded or tells of a failure; `code` is 0 before there is an answer.
    """

    level: Level
    audit_id: str
    stage: Stage
    request_uri: str
    verb: str
    user: User | None
    impersonated: User | None = None
    source_ips: Sequence[str] = ()
    user_agent: str = ""
    reference: Mapping[str, str] | None = None
    asked: Body | None = None
    answered: Body | None = None
    code: int = 0
    message: str = ""
    received: datetime
    at: datetime
    annotations: Mapping[str, str] = field(default_factory=dict)

    def encode(self, *, limit: int = 0) -> bytes:
        """JSON without line breaks; with a `limit` objects are left out of what is longer.

        Raises:
            ValueError: it is longer all the same.
        """
        found = _written(self._document())
        if not limit or len(found) <= limit:
            return found
        if self.level >= Level.REQUEST:
            annotations = {**self.annotations, TRUNCATED: "true"}
            found = _written(dataclasses.replace(self, annotations=annotations)._document(objects=False))
        if len(found) > limit:
            raise ValueError("event is too large even after truncating")
        return found

    def _document(self, *, objects: bool = True) -> dict[str, Any]:
        doc: dict[str, Any] = {
            "kind": "Event",
            "apiVersion": VERSION,
            "level": str(self.level),
            "auditID": self.audit_id,
            "stage": self.stage.value,
            "requestURI": self.request_uri,
            "verb": self.verb,
            "user": user_info(self.user) if self.user is not None else {},
        }
        if self.impersonated is not None:
            doc["impersonatedUser"] = user_info(self.impersonated)
        if constraint := self.annotations.get(CONSTRAINT):
            doc["authenticationMetadata"] = {"impersonationConstraint": constraint}
        optional = {
            "sourceIPs": self.source_ips,
            "userAgent": self.user_agent,
            "objectRef": self._object_reference(),
            "responseStatus": self._response_status(),
        }
        doc.update((name, value) for name, value in optional.items() if value)
        if objects and self.reference is not None:
            self._add_objects(doc)
        doc["requestReceivedTimestamp"] = micro_time(self.received)
        doc["stageTimestamp"] = micro_time(self.at)
        if self.annotations:
            doc["annotations"] = self.annotations
        return doc

    def _add_objects(self, doc: dict[str, Any]) -> None:
        wanted = {
            "requestObject": self.asked if self.level >= Level.REQUEST and self.verb in _WITH_BODY else None,
            "responseObject": self.answered if self.level >= Level.REQUEST_RESPONSE else None,
        }
        for name, body in wanted.items():
            if body is not None and (encoded := body.encoded()) is not None:
                doc[name] = msgspec.Raw(encoded)

    def _object_reference(self) -> Mapping[str, str] | None:
        """What the request is about; what its path does not say, the object in its body may."""
        if self.reference is None:
            return None
        found = dict(self.reference)
        if self.asked is not None and self.verb in _NAMED_BY_BODY:
            for name, value in self.asked.metadata().items():
                found.setdefault(name, value)
        return {name: found[name] for name in _REFERENCE if found.get(name)}

    def _response_status(self) -> Mapping[str, Any] | None:
        if not self.code:
            return None
        found: dict[str, Any] = {"metadata": {}}
        if self.message:
            found["message"] = self.message
        if self.answered is not None:
            found.update(self.answered.status())
        return {**found, "code": self.code}


def _written(doc: Any) -> bytes:
    """JSON; bytes of a header or name that are no UTF-8 are written as question marks."""
    try:
        return msgspec.json.encode(doc)
    except UnicodeEncodeError:
        return msgspec.json.encode(_readable(doc))


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_readable(key): _readable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(one) for one in value]
    return value


def event_list(events: Sequence[bytes]) -> bytes:
    """An EventList of encoded events."""
    head = f'{{"kind":"EventList","apiVersion":"{VERSION}","metadata":{{}},"items":['.encode()
    return head + b",".join(events) + b"]}"


def user_info(user: User) -> dict[str, Any]:
    """A user as the API shows one."""
    found: dict[str, Any] = {"username": user.name}
    if user.uid:
        found["uid"] = user.uid
    if user.groups:
        found["groups"] = user.groups
    if user.extra:
        found["extra"] = {key: list(values) for key, values in user.extra.items()}
    return found


def micro_time(time: datetime) -> str:
    """A time in UTC with all its microseconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
