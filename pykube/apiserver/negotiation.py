"""Which form of an answer a client asks for, from its Accept header.

JSON and YAML can be produced, both also as Table and PartialObjectMetadata. Protobuf cannot:
a client that lists it first and JSON second, as most do, gets JSON.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from pykube.errors import NotAcceptable

JSON = "application/json"
YAML = "application/yaml"
TRANSFORMATIONS = frozenset({"Table", "PartialObjectMetadata", "PartialObjectMetadataList"})
_META_VERSIONS = frozenset({"v1", "v1beta1"})
_MEDIA = {"*/*": JSON, "application/*": JSON, JSON: JSON, YAML: YAML, "application/x-yaml": YAML}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer: its media type, and the kind it is transformed into ("": as it is)."""

    media_type: str = JSON
    kind: str = ""
    version: str = "v1"

    @property
    def plain(self) -> bool:
        """Whether encoded objects can be sent as they are."""
        return self.media_type is JSON and not self.kind


PLAIN = Form()


@functools.lru_cache(maxsize=512)
def negotiate(accept: str) -> Form:
    """The first form in an Accept header that can be produced.

    Raises:
        NotAcceptable: there is none.
    """
    offers = [_Offer.parse(position, text) for position, text in enumerate(accept.split(",")) if text.strip()]
    for offer in sorted(offers, key=lambda offer: (-offer.quality, offer.position)):
        if (form := offer.form()) is not None:
            return form
    if not offers:
        return PLAIN
    raise NotAcceptable("only the following media types are accepted: application/json, application/yaml")


@dataclass(frozen=True, slots=True)
class _Offer:
    """One entry of an Accept header."""

    position: int
    media_type: str
    parameters: dict[str, str]
    quality: float

    @classmethod
    def parse(cls, position: int, text: str) -> _Offer:
        media_type, *rest = (part.strip() for part in text.split(";"))
        parameters = dict(part.split("=", 1) for part in rest if "=" in part)
        try:
            quality = float(parameters.get("q", "1"))
        except ValueError:
            quality = 0.0
        return cls(position, media_type.lower(), parameters, quality)

    def form(self) -> Form | None:
        """The form, or None when it cannot be produced."""
        media_type = _MEDIA.get(self.media_type)
        if media_type is None:
            return None
        kind = self.parameters.get("as", "")
        if not kind:
            return PLAIN if media_type is JSON else Form(media_type)
        version = self.parameters.get("v", "")
        if kind in TRANSFORMATIONS and self.parameters.get("g") == "meta.k8s.io" and version in _META_VERSIONS:
            return Form(media_type, kind, version)
        return None
