"""What one authorization costs, by the chain a server has, with few and with many bindings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from pykube.aio.clock import SystemClock
from pykube.api import meta_v1, rbac_v1
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Attributes, Authorizer
from pykube.apiserver.authz.chain import AuthorizerChain
from pykube.apiserver.authz.configuration import of_modes
from pykube.apiserver.authz.default_roles import objects
from pykube.apiserver.authz.node import NodeAuthorizer
from pykube.apiserver.authz.rbac import Rbac
from tests.bench.report import Figure

SIZES = (10, 1_000, 10_000)
AIM = "under 50 with 10,000 bindings"
QUESTIONS = 20_000
GROUPS = ("system:serviceaccounts", "system:authenticated")


def rbac_of(bindings: int) -> Rbac:
    """Upstream's default roles, and so many RoleBindings over as many users in a tenth as many namespaces."""
    rbac = Rbac()
    for role in objects.cluster_roles():
        rbac.index.put_role(role)
    for default in objects.cluster_role_bindings():
        rbac.index.put_binding(default)
    for n in range(bindings):
        rbac.index.put_binding(binding(n))
    return rbac


def binding(n: int) -> rbac_v1.RoleBinding:
    return rbac_v1.RoleBinding(
        metadata=meta_v1.ObjectMeta(name=f"b{n}", namespace=f"n{n // 10}"),
        role_ref=rbac_v1.RoleRef(api_group=objects.GROUP, kind="ClusterRole", name=("view", "edit", "admin")[n % 3]),
        subjects=[rbac_v1.Subject(kind="User", name=f"user-{n}")],
    )


def questions(users: int, count: int) -> list[Attributes]:
    """Allowed and refused ones of several users, taken in turn."""
    asked = []
    for n in range(count):
        one = n % users
        verb, resource = (("get", "pods"), ("list", "configmaps"), ("update", "nodes"))[n % 3]
        user = User(f"user-{one}", groups=GROUPS)
        asked.append(Attributes(user=user, verb=verb, resource=resource, namespace=f"n{one // 10}", name="x"))
    return asked


async def microseconds(authorizer: Authorizer, asked: Sequence[Attributes]) -> float:
    """Of processor time, per question; other processes on the machine do not count."""
    began = time.thread_time()
    for question in asked:
        await authorizer.authorize(question)
    return (time.thread_time() - began) / len(asked) * 1e6


def after_changes(authorizer: Authorizer, rbac: Rbac, asked: Sequence[Attributes]) -> float:
    """Per question, when each comes right after some other user's binding was written: the writing is not counted."""

    async def run() -> float:
        spent = 0.0
        for n, question in enumerate(asked):
            rbac.index.put_binding(binding(n + len(asked)))
            began = time.thread_time()
            await authorizer.authorize(question)
            spent += time.thread_time() - began
        return spent / len(asked) * 1e6

    return asyncio.run(run())


def measure() -> Iterator[Figure]:
    for size in SIZES:
        rbac = rbac_of(size)
        chain = AuthorizerChain(of_modes(("Node", "RBAC")), {"Node": NodeAuthorizer(), "RBAC": rbac}, SystemClock())
        ordinary = questions(min(size, 100), QUESTIONS)
        asyncio.run(microseconds(chain, ordinary[:2000]))
        aim = AIM if size == SIZES[-1] else ""
        yield Figure(f"authorization, {size:,} bindings", asyncio.run(microseconds(chain, ordinary)), "µs", aim)
        first = questions(size, min(size, 1000))
        fresh = AuthorizerChain(of_modes(("Node", "RBAC")), {"Node": NodeAuthorizer(), "RBAC": rbac}, SystemClock())
        rbac.index.put_role(rbac_v1.ClusterRole(metadata=meta_v1.ObjectMeta(name="new")))
        cold = asyncio.run(microseconds(fresh, first))
        yield Figure(f"authorization, {size:,} bindings: a user's first", cold, "µs")
        churned = after_changes(chain, rbac, ordinary[:500])
        yield Figure(f"authorization, {size:,} bindings: after each change of one", churned, "µs")
