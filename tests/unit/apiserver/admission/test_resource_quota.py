"""How much a namespace may hold."""

import asyncio

from tests.fakes.api_server import running

QUOTAS = "/api/v1/namespaces/default/resourcequotas"
PODS = "/api/v1/namespaces/default/pods"
MAPS = "/api/v1/namespaces/default/configmaps"


def pod(name, **resources):
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i", "resources": resources}]}}


def story(hard, run, **spec):
    async def inside():
        async with running() as api:
            made = await api.post(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": hard, **spec}})
            assert made.status == 201, made.body
            await run(api)

    asyncio.run(inside())


def test_a_number_of_objects():
    async def run(api):
        assert (await api.post(MAPS, {"metadata": {"name": "a"}})).status == 201
        refused = await api.post(MAPS, {"metadata": {"name": "b"}})
        assert refused.status == 403
        assert refused.message == (
            'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, '
            "limited: configmaps=1"
        )
        await api.delete(f"{MAPS}/a")
        assert (await api.post(MAPS, {"metadata": {"name": "b"}})).status == 201

    story({"configmaps": "1"}, run)


def test_many_at_once_do_not_slip_through():
    async def run(api):
        answers = await asyncio.gather(*(api.post(MAPS, {"metadata": {"name": f"c{n}"}}) for n in range(8)))
        assert sorted(answer.status for answer in answers) == [201] * 3 + [403] * 5

    story({"count/configmaps": "3"}, run)


def test_what_pods_ask_for():
    async def run(api):
        silent = await api.post(PODS, pod("p"))
        assert (
            silent.message
            == 'pods "p" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c'
        )
        asking = {"requests": {"cpu": "600m"}, "limits": {"memory": "1Gi"}}
        assert (await api.post(PODS, pod("p", **asking))).status == 201
        more = await api.post(PODS, pod("r", **asking))
        assert "requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1" in more.message
        await api.patch(f"{PODS}/p/status", {"status": {"phase": "Succeeded"}})
        assert (await api.post(PODS, pod("r", **asking))).status == 201

    story({"requests.cpu": "1", "limits.memory": "4Gi"}, run)


def test_a_scope():
    async def run(api):
        assert (await api.post(PODS, pod("p", requests={"cpu": "1"}))).status == 201
        assert (await api.post(PODS, pod("q"))).status == 403

    story({"pods": "0"}, run, scopes=["BestEffort"])


def test_a_service_that_changes_its_type():
    services = "/api/v1/namespaces/default/services"

    async def run(api):
        body = {
            "metadata": {"name": "s"},
            "spec": {"type": "ClusterIP", "ports": [{"port": 80}, {"name": "b", "port": 81}]},
        }
        body["spec"]["ports"][0]["name"] = "a"
        assert (await api.post(services, body)).status == 201
        refused = await api.patch(f"{services}/s", {"spec": {"type": "NodePort"}})
        assert refused.status == 403
        assert refused.message.endswith(
            "exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, "
            "limited: services.nodeports=1"
        )
        assert (await api.patch(f"{services}/s", {"metadata": {"labels": {"a": "b"}}})).status == 200

    story({"services": "1", "services.nodeports": "1"}, run)


def test_a_claim_that_grows():
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    classes = "/apis/storage.k8s.io/v1/storageclasses"

    async def run(api):
        await api.post(classes, {"metadata": {"name": "gold"}, "provisioner": "p", "allowVolumeExpansion": True})
        spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "gold"}
        body = {"metadata": {"name": "c"}, "spec": {**spec, "resources": {"requests": {"storage": "1Gi"}}}}
        assert (await api.post(claims, body)).status == 201
        await api.patch(f"{claims}/c/status", {"status": {"phase": "Bound"}})
        larger = {"spec": {"resources": {"requests": {"storage": "3Gi"}}}}
        refused = await api.patch(f"{claims}/c", larger)
        assert refused.status == 403, refused.body
        assert "gold.storageclass.storage.k8s.io/requests.storage=2Gi" in refused.message

    story({"gold.storageclass.storage.k8s.io/requests.storage": "2Gi"}, run)


def test_pods_at_once_within_their_cpu():
    async def run(api):
        asking = {"requests": {"cpu": "400m"}}
        answers = await asyncio.gather(*(api.post(PODS, pod(f"p{n}", **asking)) for n in range(6)))
        assert sorted(answer.status for answer in answers) == [201] * 2 + [403] * 4

    story({"cpu": "1"}, run)
