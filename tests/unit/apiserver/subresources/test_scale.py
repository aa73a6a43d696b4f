"""The scale of a Deployment."""

import asyncio

from tests.fakes.api_server import running

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
DEPLOYMENT = {
    "metadata": {"name": "d"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "d"}},
        "template": {
            "metadata": {"labels": {"app": "d"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        },
    },
}


def test_read_replaced_and_patched():
    async def run():
        async with running() as api:
            await api.post(DEPLOYMENTS, DEPLOYMENT)
            scale = (await api.get(f"{DEPLOYMENTS}/d/scale")).doc
            assert scale["kind"] == "Scale"
            assert scale["spec"] == {"replicas": 1}
            assert scale["status"] == {"replicas": 0, "selector": "app=d"}
            scale["spec"]["replicas"] = 3
            assert (await api.put(f"{DEPLOYMENTS}/d/scale", scale)).doc["spec"] == {"replicas": 3}
            assert (await api.put(f"{DEPLOYMENTS}/d/scale", scale)).status == 409
            patched = await api.patch(f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": 5}})
            assert patched.doc["spec"] == {"replicas": 5}
            assert (await api.get(f"{DEPLOYMENTS}/d")).doc["metadata"]["generation"] == 3
            assert (await api.patch(f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": -1}})).status == 422
            assert (await api.get(f"{DEPLOYMENTS}/x/scale")).status == 404

    asyncio.run(run())
