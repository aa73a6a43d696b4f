"""Whatever a webhook answers is understood or refused, and nothing else happens."""

import base64
import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.apiserver.crd import conversion_review
from pykube.apiserver.crd.conversion_review import ConversionError
from pykube.apiserver.webhooks import review
from pykube.apiserver.webhooks.review import AnswerError, Verdict
from pykube.errors import ApiError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 600) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def some(fields):
    """A dictionary with some of the fields, whose values are right or anything at all."""
    return st.fixed_dictionaries({}, optional={name: value | VALUES for name, value in fields.items()})


PATCHES = st.binary(max_size=20).map(lambda data: base64.b64encode(data).decode()) | st.lists(
    some({"op": st.sampled_from(["add", "remove"]), "path": st.just("/a"), "value": VALUES}), max_size=2
).map(lambda operations: base64.b64encode(json.dumps(operations).encode()).decode())

STATUSES = some({"code": st.integers(-1, 700), "message": st.text(max_size=9), "reason": st.just("Forbidden")})

ADMISSION = some(
    {
        "kind": st.just("AdmissionReview"),
        "apiVersion": st.just("admission.k8s.io/v1"),
        "response": some(
            {
                "uid": st.just("u"),
                "allowed": st.booleans(),
                "patch": PATCHES,
                "patchType": st.just("JSONPatch"),
                "status": STATUSES,
                "warnings": st.lists(st.text(max_size=5)),
                "auditAnnotations": st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
            }
        ),
    }
)

METADATA = some(
    {
        "name": st.just("a"),
        "namespace": st.just("n"),
        "uid": st.just("u"),
        "labels": st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    }
)
OBJECTS = some({"kind": st.just("K"), "apiVersion": st.just("g/v2"), "metadata": METADATA, "spec": VALUES})
ORIGINAL = b'{"apiVersion":"g/v1","kind":"K","metadata":{"name":"a","namespace":"n","uid":"u","generation":3}}'


@settings(deadline=None)
@given(ADMISSION | VALUES, st.booleans())
def test_admission(doc, mutating):
    try:
        found = review.verdict(review.decode(json.dumps(doc).encode()), "v1", "u", mutating=mutating)
    except AnswerError:
        return
    assert isinstance(found, Verdict)
    assert mutating or not found.patch
    refusal = review.refusal("hook", found.status)
    assert isinstance(refusal, ApiError)
    assert 400 <= refusal.code < 600
    assert json.dumps(refusal.status())


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_bytes(data):
    with contextlib.suppress(AnswerError):
        review.decode(data)
    with contextlib.suppress(ConversionError):
        conversion_review.decode(data, "v1", "u")


@settings(deadline=None)
@given(OBJECTS | VALUES)
def test_converted_objects(doc):
    try:
        found = conversion_review.checked(ORIGINAL, json.dumps(doc).encode(), "g/v2")
    except ConversionError:
        return
    whole = json.loads(found)
    assert (whole["apiVersion"], whole["kind"]) == ("g/v2", "K")
    metadata = {name: value for name, value in whole["metadata"].items() if name not in ("labels", "annotations")}
    assert metadata == {"name": "a", "namespace": "n", "uid": "u", "generation": 3}
