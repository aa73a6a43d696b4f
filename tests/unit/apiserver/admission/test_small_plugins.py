"""Plugins of a few lines each, over HTTP."""

import asyncio
import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pykube.api import core_v1
from pykube.apiserver.admission.tolerations import covers, merged
from tests.fakes.api_server import running

CORE = "/api/v1/namespaces/default"
PODS = f"{CORE}/pods"
CLAIMS = f"{CORE}/persistentvolumeclaims"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
CERTIFICATES = "/apis/certificates.k8s.io/v1/certificatesigningrequests"


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def pod(name="p", **spec):
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


def claim(storage="1Gi", **spec):
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}, **spec}
    return {"metadata": {"name": "c"}, "spec": spec}


def test_storage_in_use_is_protected():
    async def run(api):
        made = await api.post(CLAIMS, claim())
        assert made.doc["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
        source = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}
        volume = await api.post("/api/v1/persistentvolumes", {"metadata": {"name": "v"}, "spec": source})
        assert volume.doc["metadata"]["finalizers"] == ["kubernetes.io/pv-protection"]
        kind = {"metadata": {"name": "k"}, "driverName": "d", "parameters": {"a": "b"}}
        made = await api.post("/apis/storage.k8s.io/v1/volumeattributesclasses", kind)
        assert made.doc["metadata"]["finalizers"] == ["kubernetes.io/vac-protection"]

    story(run)


@pytest.mark.parametrize(
    ("phase", "expands", "why"),
    [
        (
            "Bound",
            False,
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support "
            "resize",
        ),
        ("Bound", True, ""),
    ],
)
def test_claims_grow_where_their_class_says_so(phase, expands, why):
    async def run(api):
        await api.post(CLASSES, {"metadata": {"name": "k"}, "provisioner": "p", "allowVolumeExpansion": expands})
        await api.post(CLAIMS, claim(storageClassName="k"))
        await api.patch(f"{CLAIMS}/c/status", {"status": {"phase": phase}})
        answer = await api.patch(f"{CLAIMS}/c", {"spec": {"resources": {"requests": {"storage": "2Gi"}}}})
        if why:
            assert (answer.status, answer.message) == (403, f'persistentvolumeclaims "c" is forbidden: {why}')
        else:
            assert answer.status == 200, answer.body

    story(run)


def test_the_default_class_of_ingresses():
    classes = "/apis/networking.k8s.io/v1/ingressclasses"
    ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"

    async def run(api):
        marked = {"annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}
        await api.post(classes, {"metadata": {"name": "k", **marked}, "spec": {"controller": "example.com/c"}})
        spec = {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}
        made = await api.post(ingresses, {"metadata": {"name": "a"}, "spec": spec})
        assert made.doc["spec"]["ingressClassName"] == "k"
        old = {"name": "b", "annotations": {"kubernetes.io/ingress.class": "nginx"}}
        made = await api.post(ingresses, {"metadata": old, "spec": spec})
        assert "ingressClassName" not in made.doc["spec"]

    story(run)


def test_pods_learn_where_they_are():
    async def run(api):
        labels = {"topology.kubernetes.io/zone": "z", "topology.kubernetes.io/region": "r", "other": "x"}
        await api.post("/api/v1/nodes", {"metadata": {"name": "n", "labels": labels}})
        made = await api.post(PODS, pod("placed", nodeName="n"))
        where = {"topology.kubernetes.io/zone": "z", "topology.kubernetes.io/region": "r"}
        assert made.doc["metadata"]["labels"] == where
        await api.post(PODS, pod("bound"))
        await api.post(
            f"{PODS}/bound/binding", {"metadata": {"name": "bound"}, "target": {"kind": "Node", "name": "n"}}
        )
        assert (await api.get(f"{PODS}/bound")).doc["metadata"]["labels"] == where

    story(run)


def test_a_resize_beyond_the_node():
    async def run(api):
        await api.post("/api/v1/nodes", {"metadata": {"name": "n"}})
        await api.patch("/api/v1/nodes/n/status", {"status": {"allocatable": {"cpu": "2", "memory": "1Gi"}}})
        wants = {"requests": {"cpu": "1"}}
        body = pod(nodeName="n")
        body["spec"]["containers"][0]["resources"] = wants
        assert (await api.post(PODS, body)).status == 201
        larger = {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "3"}}}]}}
        answer = await api.patch(f"{PODS}/p/resize", larger)
        assert answer.status == 403, answer.body
        assert answer.message == (
            'pods "p" is forbidden: node didn\'t have enough allocatable resources: cpu, requested: 3000, '
            "allocatable: 2000"
        )

    story(run)


def test_a_resize_that_the_node_does_not_know_how_to_make():
    async def run(api):
        await api.post("/api/v1/nodes", {"metadata": {"name": "n"}})
        allocatable = {"cpu": "2", "memory": "1Gi"}
        await api.patch("/api/v1/nodes/n/status", {"status": {"allocatable": allocatable}})
        first = {"name": "i", "image": "i", "resources": {"requests": {"cpu": "1"}}}
        assert (await api.post(PODS, pod(nodeName="n", initContainers=[first]))).status == 201
        larger = {"spec": {"initContainers": [{"name": "i", "resources": {"requests": {"cpu": "2"}}}]}}
        refused = await api.patch(f"{PODS}/p/resize", larger)
        assert refused.message == (
            'pods "p" is forbidden: pod update requires features InPlacePodVerticalScalingInitContainers which are not '
            'available on node "n"'
        )
        features = ["InPlacePodVerticalScalingInitContainers"]
        await api.patch("/api/v1/nodes/n/status", {"status": {"declaredFeatures": features}})
        assert (await api.patch(f"{PODS}/p/resize", larger)).status == 200

    story(run)


def request_for(*groups):
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "u")]
    names += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(key, hashes.SHA256())
    request = base64.b64encode(made.public_bytes(serialization.Encoding.PEM)).decode()
    spec = {"request": request, "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}
    return {"metadata": {"name": "r"}, "spec": spec}


def test_nobody_asks_to_become_a_master():
    async def run(api):
        refused = await api.post(CERTIFICATES, request_for("system:masters"))
        assert refused.message == (
            'certificatesigningrequests.certificates.k8s.io "r" is forbidden: use of '
            "kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed"
        )
        assert (await api.post(CERTIFICATES, request_for("team"))).status == 201

    story(run)


def toleration(text):
    """``key=value:Effect/seconds``; no ``=``: Exists."""
    left, _, seconds = text.partition("/")
    pair, _, effect = left.partition(":")
    key, equals, value = pair.partition("=")
    return core_v1.Toleration(
        key=key,
        value=value,
        operator="Equal" if equals else "Exists",
        effect=effect,
        toleration_seconds=int(seconds) if seconds else None,
    )


@pytest.mark.parametrize(
    ("wide", "narrow", "does"),
    [
        ("", "a=b:NoExecute", True),
        ("a", "a=b:NoSchedule", True),
        ("a:NoSchedule", "a:NoExecute", False),
        ("a=b", "a=c", False),
        ("a=b", "a", False),
        ("a:NoExecute/10", "a:NoExecute/5", True),
        ("a:NoExecute/10", "a:NoExecute/20", False),
        ("a:NoExecute/10", "a:NoExecute", False),
        ("b", "a", False),
    ],
)
def test_which_toleration_covers_which(wide, narrow, does):
    assert covers(toleration(wide), toleration(narrow)) is does


def test_tolerations_are_merged():
    first = [toleration("a=b:NoSchedule"), toleration("x")]
    second = [toleration("a"), toleration("x"), toleration("y=1")]
    assert merged(first, second) == [toleration("x"), toleration("a"), toleration("y=1")]
