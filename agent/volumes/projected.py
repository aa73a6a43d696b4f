"""``projected``: several sources in one directory, service-account tokens among them."""

from __future__ import annotations

from pykube.api import core_v1

from . import config_map, downward_api, secret
from .atomic_writer import File
from .context import VolumeContext
from .keys import DEFAULT_MODE

TOKEN_LIFE = 3600
"""Seconds that a token lives where the volume does not say."""
PRIVATE_MODE = 0o600


async def files(context: VolumeContext, source: core_v1.ProjectedVolumeSource) -> tuple[dict[str, File], float | None]:
    """The files of the volume, and after how many seconds its tokens want renewing; None without tokens.

    Raises:
        VolumeError, errors.ApiError: a source is not there and not optional, or no token could be had.
    """
    default = DEFAULT_MODE if source.default_mode is None else source.default_mode
    found: dict[str, File] = {}
    renew_in: float | None = None
    for part in source.sources:
        if part.config_map is not None:
            chosen = part.config_map
            found |= await config_map.project(
                context, chosen.name, chosen.items, default, optional=bool(chosen.optional)
            )
        elif part.secret is not None:
            hidden = part.secret
            found |= await secret.project(context, hidden.name, hidden.items, default, optional=bool(hidden.optional))
        elif part.downward_api is not None:
            found |= downward_api.project(context, part.downward_api.items, default)
        elif part.service_account_token is not None:
            wanted = part.service_account_token
            audiences = [wanted.audience] if wanted.audience else []
            life = wanted.expiration_seconds or TOKEN_LIFE
            token = await context.tokens.token(context.pod, audiences, life)
            renew_in = token.renew_in if renew_in is None else min(renew_in, token.renew_in)
            found[wanted.path] = _token_file(context, token.text, default)
    return found, renew_in


def _token_file(context: VolumeContext, text: str, default: int) -> File:
    """A token is for its user's or group's eyes where there is just one; else it must stay readable."""
    if context.fs_group is not None:
        return File(text.encode(), PRIVATE_MODE)
    if context.run_as_user is not None:
        return File(text.encode(), PRIVATE_MODE, context.run_as_user)
    return File(text.encode(), default)
