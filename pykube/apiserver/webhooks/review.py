"""``AdmissionReview``: what is sent to a webhook, and reading its answer without believing it. Pure.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook/request/admissionreview.go.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pykube import errors
from pykube.api.patch import json_patch

_VERSIONS = ("v1", "v1beta1")
_TEXT_LIMIT = 256
_FAILURES = range(400, 600)


class AnswerError(Exception):
    """The answer makes no sense; the text says why, in upstream's words."""


class _Cause(msgspec.Struct, omit_defaults=True):
    reason: str | None = None
    message: str | None = None
    field: str | None = None


class _Details(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str | None = None
    group: str | None = None
    kind: str | None = None
    uid: str | None = None
    causes: list[_Cause] | None = None
    retry_after_seconds: int | None = None


class Explanation(msgspec.Struct, omit_defaults=True):
    """The ``Status`` that comes with a denial."""

    message: str | None = None
    reason: str | None = None
    code: int | None = None
    details: _Details | None = None


class _Response(msgspec.Struct, rename="camel"):
    uid: str = ""
    allowed: bool = False
    status: Explanation | None = None
    patch: str | None = None
    patch_type: str | None = None
    audit_annotations: dict[str, str] | None = None
    warnings: list[str] | None = None


class _Review(msgspec.Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""
    response: _Response | None = None


_decoder = msgspec.json.Decoder(_Review)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a webhook decided; `status` is its explanation, `patch` the operations that it wants."""

    allowed: bool
    status: Explanation | None = None
    patch: Sequence[dict[str, Any]] = ()
    audit: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def version_of(understood: Sequence[str]) -> str:
    """The first version that both sides understand.

    Raises:
        AnswerError: there is none.
    """
    for version in understood:
        if version in _VERSIONS:
            return version
    known = ", ".join(_VERSIONS)
    raise AnswerError(
        f"could not create admission objects: webhook does not accept known AdmissionReview versions ({known})"
    )


def encode(version: str, uid: str, request: Mapping[str, Any], obj: bytes | None, old: bytes | None) -> bytes:
    """The review that is sent; the objects are JSON already."""
    whole = {"uid": uid, **request, "object": _raw(obj), "oldObject": _raw(old)}
    return msgspec.json.encode(
        {"kind": "AdmissionReview", "apiVersion": f"admission.k8s.io/{version}", "request": whole}
    )


def _raw(data: bytes | None) -> msgspec.Raw | None:
    return msgspec.Raw(data) if data is not None else None


def decode(body: bytes) -> _Review:
    """The review that came back.

    Raises:
        AnswerError: it is none.
    """
    try:
        review = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise AnswerError(f"failed to call webhook: couldn't decode the answer: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnswerError(f"failed to call webhook: couldn't get version/kind; json parse error: {error}") from error
    if not review.kind or not review.api_version:
        missing = "Kind" if not review.kind else "apiVersion"
        text = body[:_TEXT_LIMIT].decode("utf-8", "replace")
        raise AnswerError(f"failed to call webhook: Object '{missing}' is missing in '{text}'")
    return review


def verdict(review: _Review, version: str, uid: str, *, mutating: bool) -> Verdict:
    """What the review says, if it answers the question that was asked.

    Raises:
        AnswerError: it does not.
    """
    try:
        return _verdict(review, version, uid, mutating=mutating)
    except ValueError as error:
        raise AnswerError(f"received invalid webhook response: {error}") from error


def _verdict(review: _Review, version: str, uid: str, *, mutating: bool) -> Verdict:
    response = review.response
    if response is None:
        raise ValueError("webhook response was absent")
    expected = f"admission.k8s.io/{version}"
    if version == "v1":
        if response.uid != uid:
            raise ValueError(f'expected response.uid="{uid}", got "{response.uid}"')
        if (review.api_version, review.kind) != (expected, "AdmissionReview"):
            told = f"{review.api_version}, Kind={review.kind}"
            raise ValueError(f"expected webhook response of {expected}, Kind=AdmissionReview, got {told}")
        _check_patch(response, mutating=mutating)
    return Verdict(
        response.allowed,
        response.status,
        _operations(response) if mutating and response.allowed else (),
        response.audit_annotations or {},
        response.warnings or (),
    )


def _check_patch(response: _Response, *, mutating: bool) -> None:
    """A patch and its type come together, and from nobody who may only say yes or no."""
    if not mutating:
        if response.patch:
            raise ValueError("validating webhook may not return response.patch")
        if response.patch_type is not None:
            raise ValueError("validating webhook may not return response.patchType")
        return
    if response.patch and response.patch_type is None:
        raise ValueError("webhook returned response.patch but not response.patchType")
    if not response.patch and response.patch_type is not None:
        raise ValueError("webhook returned response.patchType but not response.patch")
    if response.patch_type == "":
        raise ValueError('webhook returned invalid response.patchType of ""')


def _operations(response: _Response) -> Sequence[dict[str, Any]]:
    if not response.patch:
        return ()
    try:
        found = json_patch.decode(base64.b64decode(response.patch, validate=True))
    except (binascii.Error, errors.ApiError) as error:
        raise AnswerError(f"received undecodable patch in webhook response: {error}") from error
    if found and response.patch_type not in (None, "JSONPatch"):
        raise AnswerError(f'unsupported patch type "{response.patch_type}"')
    return found


def refusal(hook: str, status: Explanation | None) -> errors.ApiError:
    """The answer to a client whose request a webhook denied; never one of success."""
    found = status or Explanation()
    denied = f'admission webhook "{hook}" denied the request'
    why = found.message or found.reason
    said: dict[str, Any] = msgspec.to_builtins(found)
    said["message"] = f"{denied}: {why}" if why else f"{denied} without explanation"
    said["code"] = found.code if found.code in _FAILURES else _FAILURES.start
    return errors.from_status(said)
