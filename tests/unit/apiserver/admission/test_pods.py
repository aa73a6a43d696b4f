"""What admission makes of a new pod."""

import asyncio

import pytest

from tests.fakes.api_server import running

PODS = "/api/v1/namespaces/default/pods"
CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses"
MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def pod(**spec):
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def test_the_token_is_mounted():
    async def run(api):
        spec = (await api.post(PODS, pod())).doc["spec"]
        assert spec["serviceAccountName"] == spec["serviceAccount"] == "default"
        [volume] = spec["volumes"]
        assert volume["name"].startswith("kube-api-access-")
        assert spec["containers"][0]["volumeMounts"] == [{"name": volume["name"], "readOnly": True, "mountPath": MOUNT}]
        token, authority, namespace = volume["projected"]["sources"]
        assert token == {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
        assert authority["configMap"]["name"] == "kube-root-ca.crt"
        assert namespace["downwardAPI"]["items"][0]["fieldRef"]["fieldPath"] == "metadata.namespace"

    story(run)


def test_a_pod_may_do_without():
    async def run(api):
        spec = (await api.post(PODS, pod(automountServiceAccountToken=False))).doc["spec"]
        assert "volumes" not in spec

    story(run)


def test_an_account_that_is_not_there():
    async def run(api):
        answer = await api.post(PODS, pod(serviceAccountName="nobody"))
        assert answer.status == 403
        assert answer.message == (
            'pods "p" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found'
        )

    story(run)


def test_a_namespace_that_is_not_there():
    async def run(api):
        answer = await api.post("/api/v1/namespaces/no/pods", pod())
        assert (answer.status, answer.message) == (404, 'namespaces "no" not found')

    story(run)


def test_tolerations_and_priority_are_filled_in():
    async def run(api):
        spec = (await api.post(PODS, pod())).doc["spec"]
        assert [toleration["key"] for toleration in spec["tolerations"]] == [
            "node.kubernetes.io/not-ready",
            "node.kubernetes.io/unreachable",
        ]
        assert (spec["priority"], spec["preemptionPolicy"]) == (0, "PreemptLowerPriority")

    story(run)


def test_a_class_gives_its_number():
    async def run(api):
        await api.post(CLASSES, {"metadata": {"name": "high"}, "value": 7, "preemptionPolicy": "Never"})
        spec = (await api.post(PODS, pod(priorityClassName="high"))).doc["spec"]
        assert (spec["priority"], spec["preemptionPolicy"]) == (7, "Never")
        assert (await api.post(PODS, pod(priorityClassName="low"))).status == 403
        assert (await api.post(PODS, pod(priority=5))).status == 403

    story(run)


def test_one_class_is_the_default():
    async def run(api):
        await api.post(CLASSES, {"metadata": {"name": "usual"}, "value": 3, "globalDefault": True})
        spec = (await api.post(PODS, pod())).doc["spec"]
        assert (spec["priority"], spec["priorityClassName"]) == (3, "usual")
        second = await api.post(CLASSES, {"metadata": {"name": "other"}, "value": 3, "globalDefault": True})
        assert second.status == 403

    story(run)


def test_new_nodes_take_no_pods_yet():
    async def run(api):
        node = (await api.post("/api/v1/nodes", {"metadata": {"name": "n"}})).doc
        assert node["spec"]["taints"] == [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]

    story(run)


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_some_namespaces_stay(name):
    async def run(api):
        answer = await api.delete(f"/api/v1/namespaces/{name}")
        assert answer.message == f'namespaces "{name}" is forbidden: this namespace may not be deleted'

    story(run)


def test_an_account_that_lists_its_secrets():
    async def run(api):
        listed = {"name": "a", "annotations": {"kubernetes.io/enforce-mountable-secrets": "true"}}
        await api.post(f"{PODS[:-4]}serviceaccounts", {"metadata": listed, "secrets": [{"name": "mine"}]})

        def using(secret):
            return pod(serviceAccountName="a", volumes=[{"name": "v", "secret": {"secretName": secret}}])

        refused = await api.post(PODS, using("yours"))
        assert refused.message == (
            'pods "p" is forbidden: volume with secret.secretName="yours" is not allowed because service account a '
            "does not reference that secret"
        )
        assert (await api.post(PODS, using("mine"))).status == 201
        source = {"secretKeyRef": {"name": "yours", "key": "k"}}
        debug = {"name": "d", "image": "i", "env": [{"name": "E", "valueFrom": source}]}
        refused = await api.patch(f"{PODS}/p/ephemeralcontainers", {"spec": {"ephemeralContainers": [debug]}})
        assert "ephemeral container d with envVar E referencing" in refused.message

    story(run)
