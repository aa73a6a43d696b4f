from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pykube.apiserver.audit.bodies import Body
from pykube.apiserver.audit.event import CONSTRAINT, Event, event_list
from pykube.apiserver.audit.policy import Level, Stage
from pykube.apiserver.authn.user import User

TIME = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "managedFields": [1]}, "data": {"a": "b"}}
REFERENCE = {"resource": "secrets", "namespace": "default", "apiVersion": "v1"}


def body(doc: Any, **fields: Any) -> Body:
    return Body(json.dumps(doc, indent=2).encode(), "application/json", **fields)


def event(**fields: Any) -> Event:
    given: dict[str, Any] = {
        "level": Level.METADATA,
        "audit_id": "id",
        "stage": Stage.COMPLETE,
        "request_uri": "/api/v1/namespaces/default/secrets",
        "verb": "create",
        "user": User("tim", uid="7", groups=("a",), extra={"k": ("v",)}),
        "reference": REFERENCE,
        "code": 201,
        "received": TIME,
        "at": TIME,
    }
    return Event(**{**given, **fields})


def written(one: Event) -> Any:
    text = one.encode()
    assert b"\n" not in text
    return json.loads(text)


def test_an_event_has_upstreams_fields() -> None:
    assert written(event(source_ips=["192.0.2.1"], user_agent="kubectl", annotations={"a": "b"})) == {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "id",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/default/secrets",
        "verb": "create",
        "user": {"username": "tim", "uid": "7", "groups": ["a"], "extra": {"k": ["v"]}},
        "sourceIPs": ["192.0.2.1"],
        "userAgent": "kubectl",
        "objectRef": REFERENCE,
        "responseStatus": {"metadata": {}, "code": 201},
        "requestReceivedTimestamp": "2026-01-02T03:04:05.000006Z",
        "stageTimestamp": "2026-01-02T03:04:05.000006Z",
        "annotations": {"a": "b"},
    }


def test_the_narrower_permission_of_an_impersonation_is_told() -> None:
    found = written(event(impersonated=User("ann"), annotations={CONSTRAINT: "impersonate:user-info"}))
    assert found["impersonatedUser"] == {"username": "ann"}
    assert found["authenticationMetadata"] == {"impersonationConstraint": "impersonate:user-info"}


def test_each_level_holds_more() -> None:
    both = {"asked": body(SECRET), "answered": body({"kind": "Secret"})}
    found = written(event(**both))
    assert not {"requestObject", "responseObject"} & found.keys()
    assert found["objectRef"]["name"] == "s", "the name that a creation gives is known at every level"
    found = written(event(level=Level.REQUEST, **both))
    assert (found["requestObject"], "responseObject" in found) == (SECRET, False)
    assert written(event(level=Level.REQUEST_RESPONSE, **both))["responseObject"] == {"kind": "Secret"}


def test_managed_fields_are_left_out_where_that_is_asked_for() -> None:
    found = written(event(level=Level.REQUEST, asked=body(SECRET, without_managed_fields=True)))
    assert found["requestObject"]["metadata"] == {"name": "s"}
    lists = {"items": [SECRET], "metadata": {}}
    found = written(event(level=Level.REQUEST_RESPONSE, answered=body(lists, without_managed_fields=True)))
    assert found["responseObject"]["items"][0]["metadata"] == {"name": "s"}
    table = {"kind": "Table", "rows": [{"cells": ["s"], "object": SECRET}]}
    found = written(event(level=Level.REQUEST_RESPONSE, answered=body(table, without_managed_fields=True)))
    assert found["responseObject"]["rows"][0]["object"]["metadata"] == {"name": "s"}


def test_a_failure_tells_its_reason_at_every_level() -> None:
    status = {"kind": "Status", "status": "Failure", "message": "no", "reason": "NotFound", "details": {"name": "s"}}
    found = written(event(code=404, answered=body({**status, "code": 404})))
    assert found["responseStatus"] == {
        "metadata": {},
        "status": "Failure",
        "message": "no",
        "reason": "NotFound",
        "details": {"name": "s"},
        "code": 404,
    }


@pytest.mark.parametrize(
    ("data", "media_type", "expected"),
    [
        (b"kind: Secret\nmetadata: {name: s}", "application/yaml", {"kind": "Secret", "metadata": {"name": "s"}}),
        (b'[{"op": "remove", "path": "/a"}]', "application/json-patch+json", [{"op": "remove", "path": "/a"}]),
        (b"{broken", "application/json", None),
        (b"\xff\xfe", "application/json", None),
        (b"[" * 100_000, "application/json", None),
        (b"k8s\0nonsense", "application/vnd.kubernetes.protobuf", None),
    ],
)
def test_bodies_in_any_form_become_json_or_nothing(data: bytes, media_type: str, expected: Any) -> None:
    found = written(event(level=Level.REQUEST, asked=Body(data, media_type)))
    assert found.get("requestObject") == expected


def test_a_packed_answer_is_unpacked() -> None:
    packed = Body(gzip.compress(b'{"kind":"SecretList"}'), "application/json", packed=True)
    found = written(event(level=Level.REQUEST_RESPONSE, answered=packed))
    assert found["responseObject"] == {"kind": "SecretList"}


def test_objects_are_left_out_of_what_is_too_large() -> None:
    one = event(level=Level.REQUEST, asked=body({**SECRET, "data": {"a": "x" * 5000}}), annotations={"a": "b"})
    found = json.loads(one.encode(limit=2000))
    assert "requestObject" not in found
    assert found["annotations"] == {"a": "b", "audit.k8s.io/truncated": "true"}
    assert found["objectRef"]["name"] == "s"
    with pytest.raises(ValueError, match="too large even after truncating"):
        event(user_agent="x" * 5000).encode(limit=2000)


def test_what_is_no_utf8_is_written_all_the_same() -> None:
    found = written(event(user_agent="a\udcff", annotations={"k\udcff": "v"}, source_ips=["\udcff"]))
    assert (found["userAgent"], found["annotations"]) == ("a?", {"k?": "v"})


def test_a_list_of_events() -> None:
    found = json.loads(event_list([event().encode(), event().encode()]))
    assert (found["kind"], found["apiVersion"], len(found["items"])) == ("EventList", "audit.k8s.io/v1", 2)
