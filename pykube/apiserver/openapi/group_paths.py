"""The paths that tell which groups and versions there are, as OpenAPI describes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pykube.api import meta_v1
from pykube.api.schema import Struct
from pykube.api.scheme import CustomResource, Resource

from . import names
from .operations import Operation, PathItem

ANSWERS = (meta_v1.APIVersions, meta_v1.APIGroupList, meta_v1.APIGroup)
"""The types that these paths answer with."""


@dataclass(frozen=True, slots=True)
class GroupPath:
    """One such path: `name` is that of its document of version 3 (``apis/apps``)."""

    name: str
    item: PathItem
    answer: type[Struct]


def group_paths(resources: Iterable[Resource]) -> list[GroupPath]:
    """The paths of the groups of `resources`; upstream describes none for groups of custom kinds alone."""
    groups = sorted({one.group for one in resources if not isinstance(one, CustomResource)})
    if not groups:
        return []
    found = [_path("apis", "getAPIVersions", "apis", meta_v1.APIGroupList)]
    for group in groups:
        if not group:
            found.append(_path("api", "getCoreAPIVersions", "core", meta_v1.APIVersions))
            continue
        title = names.group_title(group)
        tag = f"{title[:1].lower()}{title[1:]}"
        found.append(_path(f"apis/{group}", f"get{title}APIGroup", tag, meta_v1.APIGroup))
    return found


def _path(name: str, identifier: str, tag: str, answer: type[Struct]) -> GroupPath:
    operation = Operation(
        method="get",
        id=identifier,
        action="",
        kind=("", "", ""),
        tag=tag,
        answer=names.definition_name(answer),
    )
    return GroupPath(name, PathItem(f"/{name}/", (), (operation,)), answer)
