"""Documents of every kind: a valid one, bent a little where its schema allows it, and at times broken in one place."""

from __future__ import annotations

import base64
import copy
import functools
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from pykube.api.meta_v1 import ObjectMeta
from pykube.api.patch import merge_patch
from pykube.api.schema import FieldInfo, Struct, fields_of
from pykube.api.scheme import Resource
from tests.fakes.documents import VALID

from . import values

MAX_DEPTH = 3
"""How many structs deep a new value goes."""


def plain(resource: Resource, name: str) -> dict[str, Any]:
    """The valid document of a kind, under another name where its name says nothing."""
    own = copy.deepcopy(VALID.get((resource.api_version, resource.kind), {}))
    if resource.kind == "CertificateSigningRequest":
        own = _signing_request()
    metadata = {"metadata": {"name": name}}
    found: dict[str, Any] = merge_patch.apply(metadata, own)
    return {"apiVersion": resource.api_version, "kind": resource.kind, **found}


@functools.cache
def _signing_request() -> dict[str, Any]:
    """A request with a key of its own."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "someone")])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = built.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.PEM)
    return {
        "spec": {
            "request": base64.b64encode(signed).decode(),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "usages": ["client auth"],
        }
    }


@st.composite
def changes(draw: st.DrawFn, cls: type[Struct], below: tuple[str, ...] = ()) -> list[Change]:
    """What to do to a document of `cls`; only to the part that the fields `below` lead to, if given."""
    prefix: tuple[str | int, ...] = ()
    for name in below:
        info = fields_of(cls)[name]
        assert info.struct is not None
        cls = info.struct
        prefix = (*prefix, name, 0) if info.is_list else (*prefix, name)
    found = draw(st.lists(_change(cls, broken=False), max_size=3))
    if draw(st.booleans()):
        found.append(draw(_change(cls, broken=True)))
    return [((*prefix, *path), value) for path, value in found]


Change = tuple[tuple[str | int, ...], Any]
"""A path of fields, and what to put there. Lists on the way are entered at their first item, maps at one key."""


@st.composite
def _change(draw: st.DrawFn, cls: type[Struct], *, broken: bool) -> Change:
    path: list[str | int] = []
    while True:
        fields = _fields(cls, top=not path)
        info = draw(st.sampled_from(fields))
        path.append(info.name)
        if info.struct is None or info.struct is ObjectMeta or len(path) > 6 or draw(st.integers(0, 9)) == 0:
            break
        if not _fields(info.struct, top=False):
            break
        path.extend([0] if info.is_list else ["k"] if info.is_map else [])
        cls = info.struct
    value = draw(values.hostile() if broken else values.of_field(info, MAX_DEPTH))
    if broken and draw(st.booleans()):
        path.append(draw(st.sampled_from(("a", "$patch", "", "é", "x" * 300))))
    return tuple(path), value


def _fields(cls: type[Struct], *, top: bool) -> list[FieldInfo]:
    """The fields to choose from; at the top, metadata and the identity of an object are left alone mostly."""
    found = [info for name, info in fields_of(cls).items() if not (top and name in ("apiVersion", "kind", "metadata"))]
    return found or list(fields_of(cls).values())


def changed(doc: dict[str, Any], todo: list[Change]) -> dict[str, Any]:
    """A copy of a document with the changes made, as far as they can be."""
    found = copy.deepcopy(doc)
    for path, value in todo:
        place: Any = found
        for key, after in pairwise(path):
            place = _into(place, key, [] if after == 0 else {})
        if isinstance(place, dict):
            place[path[-1]] = copy.deepcopy(value)
    return found


def _into(place: Any, key: str | int, empty: Any) -> Any:
    """What lies at a key or at the first place of a list, made where it is missing; None where nothing can be."""
    if isinstance(place, dict):
        return place.setdefault(key, empty)
    if isinstance(place, list) and key == 0:
        if not place:
            place.append(empty)
        return place[0]
    return None


@st.composite
def metadata(draw: st.DrawFn) -> dict[str, Any]:
    """Changes to metadata, mostly none."""
    if draw(st.integers(0, 3)):
        return {}
    info = draw(st.sampled_from(list(fields_of(ObjectMeta).values())))
    value = draw(st.one_of(values.of_field(info, 2), values.hostile()))
    return {info.name: value}
