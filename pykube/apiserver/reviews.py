"""POST of the kinds that ask and are not stored: access reviews, token reviews."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from pykube.api.scheme import Resource
from pykube.errors import NotAcceptable

from . import answers, decoding, writing
from .authz.reviews import REVIEWS, Reviews
from .request import Context
from .verbs import Verb

TYPES = REVIEWS


def verb(reviews: Reviews) -> Verb:
    """What answers the POST of any review."""

    async def handle(ctx: Context, resource: Resource) -> web.StreamResponse:
        if answers.form(ctx).kind:
            raise NotAcceptable("only the following media types are accepted: application/json, application/yaml")
        review: Any = await decoding.read_object(ctx, resource.type)
        review = await writing.admitted(ctx, resource, review, name=review.metadata.name)
        return answers.plain_data(ctx, await reviews.answer(review, ctx), status=201)

    return handle
