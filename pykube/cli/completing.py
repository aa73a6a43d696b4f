"""What the shell offers on TAB: kinds, and names of objects, asked of the server.

A completion that fails offers nothing: an error message in the middle of a command line helps nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..errors import ApiError
from .cluster import Cluster, open_cluster
from .kinds import Kind

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

PAGE = "500"
"""More names than this help nobody."""


def objects(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds for the first word, names of that kind for the others; ``kind/name`` where there is a slash."""
    before = _words(ctx, param)
    return _quietly(ctx, lambda cluster: _objects(cluster, before, incomplete))


def pods(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of pods, or of what ``kind/`` says."""
    if "/" in incomplete:
        return objects(ctx, param, incomplete)
    return _quietly(ctx, lambda cluster: _starting(names(cluster, cluster.kinds.find("pods")), incomplete))


def names_of(word: str) -> Complete:
    """A completion of the names of one kind."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _quietly(ctx, lambda cluster: _starting(names(cluster, cluster.kinds.find(word)), incomplete))

    return complete


def containers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The containers of the pod that was named before."""

    def find(cluster: Cluster) -> list[str]:
        pod = str(ctx.params.get("target") or "").removeprefix("pod/")
        found = cluster.http.get(cluster.kinds.find("pods").path(cluster.namespace, pod))
        return _starting([one["name"] for one in found["spec"]["containers"]], incomplete)

    return _quietly(ctx, find)


def _objects(cluster: Cluster, before: Sequence[str], incomplete: str) -> list[str]:
    if "/" in incomplete:
        word = incomplete.partition("/")[0]
        return _starting((f"{word}/{name}" for name in names(cluster, cluster.kinds.find(word))), incomplete)
    if not before:
        done, comma, last = incomplete.rpartition(",")
        kinds = (kind for kind in cluster.kinds.preferred() if "list" in kind.verbs)
        return [f"{done}{comma}{word}" for word in _starting((kind.plural for kind in kinds), last)]
    if "/" in before[0]:
        return []
    found = (name for word in before[0].split(",") for name in names(cluster, cluster.kinds.find(word)))
    return _starting((name for name in found if name not in before[1:]), incomplete)


def names(cluster: Cluster, kind: Kind, *, label_selector: str = "") -> list[str]:
    """The names of the objects of a kind in the namespace, as many as a page holds."""
    params = {"limit": PAGE, **({"labelSelector": label_selector} if label_selector else {})}
    found = cluster.http.get(kind.path(cluster.namespace), params=params, accept=METADATA)
    return [item["metadata"]["name"] for item in found.get("items") or ()]


def _starting(words: Iterable[str], incomplete: str) -> list[str]:
    return sorted({word for word in words if word.startswith(incomplete)})


def _words(ctx: click.Context, param: click.Parameter) -> Sequence[str]:
    value: Any = ctx.params.get(param.name or "")
    return (value,) if isinstance(value, str) else value or ()


def _quietly(ctx: click.Context, find: Callable[[Cluster], list[str]]) -> list[CompletionItem]:
    root = ctx.find_root().params
    given = {name: ctx.params.get(name) or root.get(name) for name in ("kubeconfig", "context", "namespace")}
    try:
        cluster = open_cluster(given["kubeconfig"], given["context"] or "", given["namespace"] or "")
        with closing(cluster.http):
            return [CompletionItem(word) for word in find(cluster)]
    except (ApiError, click.ClickException, KeyError):
        return []
