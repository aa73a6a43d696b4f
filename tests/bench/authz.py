"""What one authorization costs, by the chain a server has, with few and with many bindings; and one authentication."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from pykube.aio.clock import SystemClock
from pykube.api import core_v1, meta_v1, rbac_v1
from pykube.apiserver.authn.chain import BearerTokens
from pykube.apiserver.authn.service_account import ServiceAccountTokens
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Attributes, Authorizer
from pykube.apiserver.authz.chain import AuthorizerChain
from pykube.apiserver.authz.configuration import of_modes
from pykube.apiserver.authz.default_roles import objects
from pykube.apiserver.authz.node import NodeAuthorizer
from pykube.apiserver.authz.rbac import Rbac
from pykube.apiserver.registry import Registry
from pykube.apiserver.resources.catalog import Pools
from pykube.pki.tokens import Identity, Reference, Tokens
from pykube.store.memory import MemoryStore
from tests.bench.report import Figure

SIZES = (10, 1_000, 10_000)
AIM = "under 50 with 10,000 bindings"
QUESTIONS = 20_000
TOKENS = 300
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


async def of_token() -> tuple[float, float]:
    """Microseconds of authenticating a service account's token: with its signature checked, and remembered."""
    clock = SystemClock()
    registry = Registry(MemoryStore(), clock, Pools())
    await registry.start()
    await registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name="x")))
    account = await registry.create(core_v1.ServiceAccount(metadata=meta_v1.ObjectMeta(name="a", namespace="x")))
    tokens = Tokens("https://bench", ec.generate_private_key(ec.SECP256R1()))
    identity = Identity(namespace="x", service_account=Reference("a", account.metadata.uid))
    token, _ = tokens.issue(identity, (), clock.now(), seconds=3600)
    accounts = ServiceAccountTokens(tokens, registry, audiences=("https://bench",), clock=clock)
    bearer = BearerTokens([accounts])
    first = again = 0.0
    for _ in range(TOKENS):
        accounts.forget()
        began = time.thread_time()
        await bearer.authenticate_token(token)
        first += time.thread_time() - began
    began = time.thread_time()
    for _ in range(QUESTIONS):
        await bearer.authenticate_token(token)
    again = time.thread_time() - began
    await registry.close()
    return first / TOKENS * 1e6, again / QUESTIONS * 1e6


def measure() -> Iterator[Figure]:
    first_time, again = asyncio.run(of_token())
    yield Figure("authentication: a token's first time", first_time, "µs")
    yield Figure("authentication: a token that is remembered", again, "µs")
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
