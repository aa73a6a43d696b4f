"""Who may write policies and bindings that read parameters."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pykube.aio.clock import SystemClock
from pykube.api import admissionregistration_v1 as v1
from pykube.api import codec, scheme
from pykube.apiserver.admission.policies.param_access import ParamAccess
from pykube.apiserver.authn.user import MASTERS, User
from pykube.apiserver.authz.authorizer import Attributes, Decision
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.apiserver.write import Operation, Write
from pykube.errors import Invalid
from pykube.store.memory import MemoryStore

from .scenes import binding, policy

ALICE = User("alice", "1", ("devs",))
KIND = {"apiVersion": "v1", "kind": "ConfigMap"}
PARAM = {"name": "x", "namespace": "n", "parameterNotFoundAction": "Deny"}


class Reader:
    """An authorizer that allows what it was told."""

    def __init__(self, *allowed: tuple[str, ...]) -> None:
        self._allowed = allowed

    async def authorize(self, attributes: Attributes) -> Decision:
        asked = (attributes.verb, attributes.group, attributes.resource, attributes.namespace, attributes.name)
        return Decision(asked in self._allowed or None)


def check(cls: type[Any], doc: dict[str, Any], *allowed: tuple[str, ...], user: User = ALICE, old: Any = None) -> str:
    """What is said of a write; "" when it passes."""

    async def inside() -> str:
        registry = Registry(MemoryStore(), SystemClock(), Pools())
        await registry.start()
        operation = Operation.CREATE if old is None else Operation.UPDATE
        obj = codec.from_dict(cls, doc)
        before = codec.from_dict(cls, old) if old is not None else None
        write = Write(operation, scheme.resource_of(cls), "", "p", registry, user=user, object=obj, old=before)
        try:
            await ParamAccess(Reader(*allowed))(write)
        except Invalid as error:
            return error.message
        finally:
            await registry.close()
        return ""

    return asyncio.run(inside())


def test_policies() -> None:
    cls, found = v1.ValidatingAdmissionPolicy, policy("true", paramKind=KIND)
    assert check(cls, policy("true")) == ""
    assert check(cls, found, ("get", "", "configmaps", "*", "*")) == ""
    assert check(cls, found, user=User("root", groups=(MASTERS,))) == ""
    assert check(cls, found, old=found) == ""
    refused = check(cls, found, ("get", "", "configmaps", "n", "x"))
    assert refused == (
        'ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.paramKind: Forbidden: user '
        '&{alice 1 [devs] map[]} must have "get" permission on all objects of the referenced paramKind '
        "(kind=ConfigMap, apiVersion=v1)"
    )


@pytest.mark.parametrize(
    ("param", "allowed"),
    [(PARAM, ("get", "*", "*", "n", "x")), ({**PARAM, "name": "", "selector": {}}, ("list", "*", "*", "n", ""))],
)
def test_bindings_to_a_policy_that_is_not_there(param: dict[str, Any], allowed: tuple[str, ...]) -> None:
    cls, found = v1.ValidatingAdmissionPolicyBinding, binding(paramRef=param)
    assert check(cls, found, allowed) == ""
    assert check(cls, binding()) == ""
    assert check(cls, found, old=found) == ""
    refused = check(cls, found)
    assert "spec.paramRef: Forbidden: unable to get policy p to determine minimum required permissions" in refused
