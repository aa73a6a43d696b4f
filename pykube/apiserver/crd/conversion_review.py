"""``ConversionReview``: objects are sent to a webhook to be turned into another version, and come back. Pure.

A converter may change everything but what an object is and who it is: kind, name, namespace and uid stay, and of the
metadata only labels and annotations are taken over. Source: apiextensions-apiserver, pkg/apiserver/conversion.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pykube.api import codec
from pykube.api.custom import CustomObject
from pykube.api.field_errors import Path, aggregate
from pykube.api.validation import meta

_VERSIONS = ("v1", "v1beta1")
_SUCCESS = "Success"


class ConversionError(Exception):
    """The answer cannot be used; the text says why, in upstream's words."""


class _Result(msgspec.Struct):
    status: str | None = None
    message: str | None = None


class _Response(msgspec.Struct, rename="camel"):
    uid: str = ""
    converted_objects: list[msgspec.Raw] | None = None
    result: _Result | None = None


class _Review(msgspec.Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""
    response: _Response | None = None


_decoder = msgspec.json.Decoder(_Review)


def version_of(understood: Sequence[str]) -> str:
    """The first version that both sides understand.

    Raises:
        ConversionError: there is none.
    """
    for version in understood:
        if version in _VERSIONS:
            return version
    raise ConversionError("no supported conversion review versions")


def encode(version: str, uid: str, wanted: str, objects: Sequence[bytes]) -> bytes:
    """The review that is sent: `objects` are to become `wanted` (a group and version)."""
    request = {"uid": uid, "desiredAPIVersion": wanted, "objects": [msgspec.Raw(data) for data in objects]}
    api_version = f"apiextensions.k8s.io/{version}"
    return msgspec.json.encode({"kind": "ConversionReview", "apiVersion": api_version, "request": request})


def decode(body: bytes, version: str, uid: str) -> list[msgspec.Raw]:
    """The objects that came back.

    Raises:
        ConversionError: the answer is none, or one to another question, or a refusal.
    """
    try:
        review = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConversionError(f"couldn't get version/kind; json parse error: {error}") from error
    expected = f"apiextensions.k8s.io/{version}"
    if version == "v1" and (review.api_version, review.kind) != (expected, "ConversionReview"):
        told = f"{review.api_version}, Kind={review.kind}"
        raise ConversionError(f"expected webhook response of {expected}, Kind=ConversionReview, got {told}")
    response = review.response
    if response is None:
        raise ConversionError("no response provided")
    if version == "v1" and response.uid != uid:
        raise ConversionError(f'expected response.uid="{uid}", got "{response.uid}"')
    result = response.result or _Result()
    if result.status != _SUCCESS:
        raise ConversionError(result.message or f"response.result.status was '{result.status or ''}', not 'Success'")
    return response.converted_objects or []


def checked(original: bytes, answer: bytes, wanted: str) -> bytes:
    """One object as it came back, if it still is the same; its metadata are those of the original.

    Raises:
        ConversionError: it is another object.
    """
    before = codec.decode(CustomObject, original)
    try:
        doc = msgspec.json.decode(answer)
    except msgspec.DecodeError as error:
        raise ConversionError(f"returned invalid object: {error}") from error
    if not isinstance(doc, dict):
        raise ConversionError("returned invalid object: it is no object")
    _check_type(before, doc, wanted)
    metadata = doc.get("metadata")
    if not isinstance(metadata, dict):
        missing = "missing metadata in converted object" if metadata is None else "invalid metadata in converted object"
        raise ConversionError(f"returned invalid metadata: {missing}")
    _check_identity(before, metadata)
    for name in ("labels", "annotations"):
        setattr(before.metadata, name, _texts(metadata, name, getattr(before.metadata, name)))
    content = {key: value for key, value in doc.items() if key not in ("apiVersion", "kind", "metadata")}
    after = CustomObject(api_version=wanted, kind=before.kind, metadata=before.metadata, content=content)
    return codec.encode(after)


def _check_type(before: CustomObject, doc: dict[str, Any], wanted: str) -> None:
    if (got := doc.get("apiVersion")) != wanted:
        raise ConversionError(
            f"returned invalid object at index 0: invalid groupVersion (expected {wanted}, received {got or ''})"
        )
    if (got := doc.get("kind")) != before.kind:
        raise ConversionError(
            f"returned invalid object at index 0: invalid kind (expected {before.kind}, received {got or ''})"
        )


def _check_identity(before: CustomObject, metadata: dict[str, Any]) -> None:
    for name, called in (("name", "name"), ("namespace", "namespace"), ("uid", "UID")):
        old, new = getattr(before.metadata, name), metadata.get(name) or ""
        if old != new:
            raise ConversionError(f"returned invalid object: must have the same {called}: {old} != {new}")


def _texts(metadata: dict[str, Any], name: str, before: dict[str, str]) -> dict[str, str]:
    """Labels or annotations as they came back."""
    found = metadata.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConversionError(f"returned invalid metadata: invalid metadata.{name} in converted object")
    for key, value in found.items():
        if not isinstance(value, str):
            raise ConversionError(f"returned invalid metadata: metadata.{name}[{key}] must be a string")
    if found != before:
        check = meta.labels if name == "labels" else meta.annotation_map
        if errors := list(check(found, Path("metadata").child(name))):
            raise ConversionError(f"returned invalid metadata: {aggregate(errors)}")
    return found
