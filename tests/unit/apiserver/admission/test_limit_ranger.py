"""Usual and largest amounts in a namespace."""

import asyncio

import pytest

from tests.fakes.api_server import running

RANGES = "/api/v1/namespaces/default/limitranges"
PODS = "/api/v1/namespaces/default/pods"


def pod(*resources, init=()):
    def containers(prefix, found):
        return [{"name": f"{prefix}{n}", "image": "i", "resources": item} for n, item in enumerate(found)]

    spec = {"containers": containers("c", resources), "initContainers": containers("i", init)}
    return {"metadata": {"name": "p"}, "spec": spec}


def post(item, body):
    async def inside():
        async with running() as api:
            made = await api.post(RANGES, {"metadata": {"name": "r"}, "spec": {"limits": [item]}})
            assert made.status == 201, made.body
            return await api.post(PODS, body)

    return asyncio.run(inside())


def test_what_is_not_asked_for_is_filled_in():
    answer = post({"type": "Container", "default": {"cpu": "2"}, "defaultRequest": {"cpu": "1"}}, pod({}))
    [container] = answer.doc["spec"]["containers"]
    assert container["resources"] == {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}}
    note = answer.doc["metadata"]["annotations"]["kubernetes.io/limit-ranger"]
    assert note == "LimitRanger plugin set: cpu request for container c0; cpu limit for container c0"
    assert answer.doc["status"]["qosClass"] == "Burstable"


@pytest.mark.parametrize(
    ("item", "body", "message"),
    [
        (
            {"type": "Container", "max": {"cpu": "1"}, "default": {"cpu": "1"}},
            pod({"limits": {"cpu": "2"}}),
            "maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            {"type": "Container", "min": {"memory": "1Gi"}, "defaultRequest": {"memory": "1Gi"}},
            pod({"requests": {"memory": "1Mi"}}),
            "minimum memory usage per Container is 1Gi, but request is 1Mi",
        ),
        (
            {"type": "Pod", "max": {"cpu": "1"}},
            pod({"limits": {"cpu": "600m"}}, {"limits": {"cpu": "500m"}}),
            "maximum cpu usage per Pod is 1, but limit is 1100m",
        ),
        ({"type": "Pod", "min": {"cpu": "1"}}, pod({}), "minimum cpu usage per Pod is 1.  No request is specified"),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            pod({"limits": {"cpu": "3"}, "requests": {"cpu": "1"}}),
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
    ],
)
def test_out_of_bounds(item, body, message):
    answer = post(item, body)
    assert (answer.status, answer.message) == (403, f'pods "p" is forbidden: {message}')


def test_init_containers_run_one_by_one():
    item = {"type": "Pod", "max": {"cpu": "1"}}
    assert post(item, pod({"limits": {"cpu": "1"}}, init=[{"limits": {"cpu": "1"}}] * 3)).status == 201
