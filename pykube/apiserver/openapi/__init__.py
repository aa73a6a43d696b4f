"""OpenAPI documents, versions 2 and 3, made from the types in `pykube.api`."""

from .serving import OpenApi

__all__ = ["OpenApi"]
