"""Policies, bindings and objects for tests, and a server that has the policy plugins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pykube.apiserver.admission.policies.plugins import install
from pykube.apiserver.authz.authorizer import Attributes, Decision
from tests.fakes import custom_kinds
from tests.fakes.api_server import Answer, Api, running

GROUP = "/apis/admissionregistration.k8s.io/v1"
POLICIES, BINDINGS = f"{GROUP}/validatingadmissionpolicies", f"{GROUP}/validatingadmissionpolicybindings"
MUTATING, MUTATING_BINDINGS = f"{GROUP}/mutatingadmissionpolicies", f"{GROUP}/mutatingadmissionpolicybindings"
MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


class AllowedReads:
    """An authorizer that allows everybody to read, and writes only to those in `writers`; it notes what it is asked."""

    def __init__(self, *writers: str) -> None:
        self.writers = writers
        self.asked: list[Attributes] = []

    async def authorize(self, attributes: Attributes) -> Decision:
        self.asked.append(attributes)
        allowed = attributes.verb in ("get", "list", "watch") or attributes.user.name in self.writers
        return Decision(allowed or None, "" if allowed else "not a writer")


def story(run: Callable[[Api], Awaitable[None]], authorizer: AllowedReads | None = None) -> None:
    """Run a test against a server whose policies work."""

    async def inside() -> None:
        async with running() as api:
            install(api.registry.admission, authorizer or AllowedReads())
            await run(api)

    asyncio.run(inside())


def rules(*resources: str, group: str = "", version: str = "v1", **more: Any) -> dict[str, Any]:
    """Constraints about creations and updates."""
    rule = {"apiGroups": [group], "apiVersions": [version], "operations": ["CREATE", "UPDATE"], **more}
    return {"resourceRules": [{**rule, "resources": list(resources or ["configmaps"])}]}


def policy(*validations: str | dict[str, Any], name: str = "p", **spec: Any) -> dict[str, Any]:
    """A validating policy about config maps."""
    found = [{"expression": one} if isinstance(one, str) else one for one in validations]
    return {"metadata": {"name": name}, "spec": {"matchConstraints": rules(), "validations": found, **spec}}


def binding(name: str = "b", *, to: str = "p", actions: tuple[str, ...] = ("Deny",), **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"policyName": to, "validationActions": list(actions), **spec}}


def applying(expression: str) -> dict[str, Any]:
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


def patching(expression: str) -> dict[str, Any]:
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}


def mutating(*mutations: dict[str, Any], name: str = "m", **spec: Any) -> dict[str, Any]:
    """A mutating policy about config maps."""
    whole = {"matchConstraints": rules(), "mutations": list(mutations), "reinvocationPolicy": "Never", **spec}
    return {"metadata": {"name": name}, "spec": whole}


def mutating_binding(name: str = "mb", *, to: str = "m", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"policyName": to, **spec}}


async def put(api: Api, path: str, *objects: dict[str, Any]) -> None:
    """Create objects that are all right."""
    for obj in objects:
        answer = await api.post(path, obj)
        assert answer.status == 201, answer.message


async def bound(api: Api, validating: dict[str, Any], **spec: Any) -> None:
    """Create a validating policy and a binding for it."""
    await put(api, POLICIES, validating)
    await put(api, BINDINGS, binding(to=validating["metadata"]["name"], **spec))


async def bound_mutating(api: Api, found: dict[str, Any], **spec: Any) -> None:
    """Create a mutating policy and a binding for it."""
    await put(api, MUTATING, found)
    name = found["metadata"]["name"]
    await put(api, MUTATING_BINDINGS, mutating_binding(f"{name}-binding", to=name, **spec))


def config_map(name: str = "c", labels: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": labels or {}}, "data": data}


def deployment(name: str = "d", replicas: int = 1) -> dict[str, Any]:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}}, "template": template},
    }


async def define(api: Api, properties: dict[str, Any]) -> str:
    """Have widgets with such a spec; answers the path of those in the namespace ``default``."""
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}
    definition = custom_kinds.definition(
        {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
        plural="widgets",
        kind="Widget",
    )
    await put(api, custom_kinds.DEFINITIONS, definition)
    path = f"/apis/{custom_kinds.GROUP}/v1/namespaces/default/widgets"
    async with asyncio.timeout(5):
        while (await api.get(path)).status != 200:
            continue
    return path


def warnings_of(answer: Answer) -> list[str]:
    """The texts of the Warning headers."""
    return [value.split('"', 1)[1].rsplit('"', 1)[0] for value in answer.headers.getall("Warning", [])]
