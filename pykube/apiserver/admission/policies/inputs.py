"""The values of the variables that expressions see, for one write.

Everything is made when the first expression looks at it, and once: most expressions look at one part of the object.
Source: k8s.io/apiserver, pkg/admission/plugin/cel/activation.go and condition.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from pykube.api import core_v1
from pykube.api.scheme import Resource

from ... import statuses
from ...authz.authorizer import Attributes, Authorizer, Decision
from ...cel.authorizer import Ask
from ...cel.authorizer import Authorizer as CelAuthorizer
from ...write import Write
from ..request import request
from . import environment

_SECRET_METADATA = ("managedFields", "ownerReferences", "selfLink")
"""What of a namespace's metadata expressions do not see."""


class Once:
    """A value that is made when it is first asked for; what goes wrong then goes wrong each time."""

    __slots__ = ("_made", "_make", "_value")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made = False
        self._value: Any = None

    def __call__(self) -> Any:
        if not self._made:
            self._value = self._make()
            self._made = True
        return self._value


class Inputs:
    """The variables of one write as seen by policies that want it as `resource`.

    `obj` is the object in that version, `old` as it was; both are plain data, or None, made by a callable.
    """

    def __init__(
        self,
        write: Write,
        resource: Resource,
        *,
        obj: Callable[[], Any],
        old: Callable[[], Any],
        namespace: Callable[[], Any],
        authorizer: CelAuthorizer,
    ) -> None:
        self._values: dict[str, Any] = {
            "object": Once(obj),
            "oldObject": Once(old),
            "request": Once(lambda: request(write, resource)),
            "namespaceObject": Once(namespace),
        }
        self._with_authorizer: dict[str, Any] = {
            **self._values,
            environment.AUTHORIZER_NAME: authorizer,
            environment.REQUEST_RESOURCE_NAME: Once(lambda: _request_resource(write, authorizer)),
        }

    def values(self, params: Any, *, authorizer: bool = True) -> Mapping[str, Any]:
        """The variables with these parameters; messages do without the authorizer."""
        found = self._with_authorizer if authorizer else self._values
        return {**found, "params": params}

    def without_namespace(self, params: Any) -> Mapping[str, Any]:
        """The variables of match conditions, which see no namespace."""
        return {**self._with_authorizer, "params": params, "namespaceObject": None}


def namespace_object(write: Write) -> Any:
    """The namespace that the object is in, as expressions see it; None for what is in none.

    Raises:
        NotFound: it does not exist.
    """
    if not write.namespace:
        return None
    cache = write.registry.cache(core_v1.Namespace)
    found = cache.find("", write.namespace)
    if found is None:
        raise statuses.not_found(cache.resource, write.namespace)
    doc: dict[str, Any] = msgspec.json.decode(found.data)
    doc.pop("apiVersion", None)
    doc.pop("kind", None)
    doc["metadata"] = {key: value for key, value in doc["metadata"].items() if key not in _SECRET_METADATA}
    return doc


def _request_resource(write: Write, authorizer: CelAuthorizer) -> object:
    resource = write.resource
    return authorizer.request_resource(
        group=resource.group,
        resource=resource.plural,
        subresource=write.subresource,
        namespace=write.namespace,
        name=write.name,
    )


def asking(authorizer: Authorizer) -> Ask:
    """Ask an authorizer at once and remember its answers; for one request.

    Every authorizer of this server answers from memory and never waits.
    """
    answers: dict[Attributes, Decision] = {}

    def ask(attributes: Attributes) -> Decision:
        if (found := answers.get(attributes)) is None:
            found = answers[attributes] = _now(authorizer, attributes)
        return found

    return ask


def _now(authorizer: Authorizer, attributes: Attributes) -> Decision:
    coroutine = authorizer.authorize(attributes)
    try:
        coroutine.send(None)
    except StopIteration as done:
        decision: Decision = done.value
        return decision
    coroutine.close()
    raise RuntimeError("the authorizer cannot answer at once")
