"""Which resources the server has, and which of them a word on the command line means.

The words are looked up in the server's own discovery, so custom resources are found as built-in ones are. Source:
apidiscovery.k8s.io/v2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import NotFound
from .failures import CliError

AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


class Getter(Protocol):
    """What is needed of `http.Http`."""

    def get(self, path: str, *, accept: str = "application/json") -> Any:
        """A GET, its JSON decoded."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource of the server."""

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool
    verbs: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def full_name(self) -> str:
        """``deployment.apps``: how objects are named in messages."""
        return f"{self.singular}.{self.group}" if self.group else self.singular

    @property
    def group_resource(self) -> str:
        """``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection, the object or the subresource."""
        parts = [f"/apis/{self.group}" if self.group else "/api", self.version]
        if namespace and self.namespaced:
            parts += ["namespaces", namespace]
        return "/".join([*parts, self.plural, *(part for part in (name, subresource) if part)])

    def answers_to(self, word: str) -> bool:
        return word in (self.plural, self.singular, self.kind.lower()) or word in self.short_names


class Kinds:
    """The server's resources, asked for when first needed: the core group alone, and the others if it has no answer."""

    def __init__(self, getter: Getter) -> None:
        self._getter = getter
        self._known: dict[str, list[Kind]] = {}

    def all(self) -> list[Kind]:
        """Every resource, in the server's order of preference; several versions of a group each count."""
        return [*self._at("/api"), *self._at("/apis")]

    def find(self, word: str) -> Kind:
        """The resource that `word` means: plural, singular, kind or short name, with or without ``.version.group``.

        Raises:
            CliError: the server has none such.
        """
        name, _, group = word.lower().partition(".")
        for place in ("/api", "/apis"):
            for kind in self._at(place):
                if kind.answers_to(name) and _in_group(kind, group):
                    return kind
        raise CliError(f'the server doesn\'t have a resource type "{word}"{self._hint(name)}')

    def matching(self, word: str) -> list[Kind]:
        """The resources that `word` means, which may be a category such as ``all``.

        Raises:
            CliError: the server has none such.
        """
        if word == "all" and (found := [kind for kind in self.preferred() if word in kind.categories]):
            return found
        try:
            return [self.find(word)]
        except CliError:
            if found := [kind for kind in self.preferred() if word in kind.categories]:
                return found
            raise

    def preferred(self) -> list[Kind]:
        """Every resource once, in its preferred version."""
        seen: dict[tuple[str, str], Kind] = {}
        for kind in self.all():
            seen.setdefault((kind.group, kind.plural), kind)
        return list(seen.values())

    def of_object(self, api_version: str, kind: str) -> Kind | None:
        """The resource of an object's apiVersion and kind."""
        listed = self._at("/apis" if "/" in api_version else "/api")
        return next((one for one in listed if one.api_version == api_version and one.kind == kind), None)

    def forget(self) -> None:
        """Ask the server again: something may have been added."""
        self._known.clear()

    def _at(self, place: str) -> list[Kind]:
        if place not in self._known:
            answer = self._getter.get(place, accept=AGGREGATED)
            if answer.get("kind") == "APIGroupDiscoveryList":
                self._known[place] = list(_aggregated(answer))
            else:
                self._known[place] = list(self._old(place, answer))
        return self._known[place]

    def _old(self, place: str, answer: Any) -> Iterator[Kind]:
        """The same from servers that do not aggregate: one request per version of each group."""
        if place == "/api":
            versions = [("", version) for version in answer.get("versions") or ()]
        else:
            versions = [
                (group["name"], listed["version"])
                for group in answer.get("groups") or ()
                for listed in group.get("versions") or ()
            ]
        for group, version in versions:
            path = f"{place}/{group}/{version}" if group else f"{place}/{version}"
            try:
                yield from _listed(group, version, self._getter.get(path).get("resources") or ())
            except NotFound:
                continue

    def _hint(self, word: str) -> str:
        words = {
            name: kind.plural
            for kind in self.preferred()
            for name in (kind.plural, kind.singular, *kind.short_names)
            if "list" in kind.verbs
        }
        near = dict.fromkeys(words[name] for name in difflib.get_close_matches(word, words, n=3, cutoff=0.7))
        return f"; did you mean {' or '.join(near)}?" if near else ""


def _in_group(kind: Kind, group: str) -> bool:
    """``deploy.apps`` and ``deploy.v1.apps`` both mean the group apps."""
    return not group or group in (kind.group, f"{kind.version}.{kind.group}".rstrip("."))


def _aggregated(answer: Any) -> Iterator[Kind]:
    for group in answer.get("items") or ():
        name = (group.get("metadata") or {}).get("name", "")
        for version in group.get("versions") or ():
            for entry in version.get("resources") or ():
                yield Kind(
                    group=name,
                    version=version["version"],
                    kind=(entry.get("responseKind") or {}).get("kind", ""),
                    plural=entry["resource"],
                    singular=entry.get("singularResource") or entry["resource"],
                    namespaced=entry.get("scope") == "Namespaced",
                    verbs=tuple(entry.get("verbs") or ()),
                    short_names=tuple(entry.get("shortNames") or ()),
                    categories=tuple(entry.get("categories") or ()),
                    subresources=tuple(one["subresource"] for one in entry.get("subresources") or ()),
                )


def _listed(group: str, version: str, entries: Any) -> Iterator[Kind]:
    below: dict[str, list[str]] = {}
    for entry in entries:
        parent, _, child = entry["name"].partition("/")
        if child:
            below.setdefault(parent, []).append(child)
    for entry in entries:
        if "/" not in entry["name"]:
            yield Kind(
                group=group,
                version=version,
                kind=entry["kind"],
                plural=entry["name"],
                singular=entry.get("singularName") or entry["kind"].lower(),
                namespaced=bool(entry.get("namespaced")),
                verbs=tuple(entry.get("verbs") or ()),
                short_names=tuple(entry.get("shortNames") or ()),
                categories=tuple(entry.get("categories") or ()),
                subresources=tuple(below.get(entry["name"], ())),
            )
