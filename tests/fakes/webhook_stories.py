"""What the tests of admission webhooks share: a server with both plugins, and configurations."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from pykube.aio.clock import SystemClock
from pykube.apiserver.admission.mutating_webhook import MutatingWebhooks
from pykube.apiserver.admission.validating_webhook import ValidatingWebhooks
from pykube.apiserver.authz import Decision
from pykube.apiserver.webhooks.calls import Caller
from pykube.apiserver.webhooks.client import WebhookClient
from pykube.apiserver.webhooks.metrics import WebhookMetrics
from tests.fakes.api_server import running
from tests.fakes.webhook_server import webhooks

GROUP = "/apis/admissionregistration.k8s.io/v1"
MUTATING = f"{GROUP}/mutatingwebhookconfigurations"
VALIDATING = f"{GROUP}/validatingwebhookconfigurations"
MAPS = "/api/v1/namespaces/default/configmaps"


class Everything:
    """An authorizer that allows all."""

    async def authorize(self, asked):
        return Decision(True)


@asynccontextmanager
async def serving(tmp_path):
    """An API server with webhooks, and the server of those."""
    async with webhooks(tmp_path) as hooks, running() as api:
        client, clock, counted = WebhookClient(api.registry), SystemClock(), WebhookMetrics()
        api.registry.admission.mutating.append(
            MutatingWebhooks(api.registry, Caller(client, Everything(), clock, counted, type_="admit"), clock)
        )
        api.registry.admission.validating.append(
            ValidatingWebhooks(api.registry, Caller(client, Everything(), clock, counted, type_="validating"), clock)
        )
        api.counted = counted
        try:
            yield api, hooks
        finally:
            await client.close()


def story(tmp_path, run):
    """Run a story against both."""

    async def inside():
        async with serving(tmp_path) as (api, hooks):
            await run(api, hooks)

    asyncio.run(inside())


def rule(*resources, operations=("*",), groups=("*",), versions=("*",), **more):
    return {
        "operations": list(operations),
        "apiGroups": list(groups),
        "apiVersions": list(versions),
        "resources": list(resources),
        **more,
    }


def hook(hooks, path, *, rules=None, **more):
    """A webhook that is asked at `path`, by default about ConfigMaps."""
    return {
        "name": f"{path.strip('/')}.example.com",
        "clientConfig": hooks.client_config(path),
        "rules": rules or [rule("configmaps", groups=[""])],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        **more,
    }


async def configure(api, where, name, *found):
    """Create a configuration."""
    answer = await api.post(where, {"metadata": {"name": name}, "webhooks": list(found)})
    assert answer.status == 201, answer.body
    return answer.doc


def config_map(name="one", **fields):
    return {"metadata": {"name": name}, **fields}


def pod(name="p", **spec):
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}
