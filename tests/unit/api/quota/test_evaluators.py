"""What each kind of object costs, and which quotas count it."""

from datetime import UTC, datetime, timedelta

import pytest

from pykube.api import apps_v1, codec, core_v1, meta_v1, resource_v1, scheme
from pykube.api.quota import amounts, evaluators, pods
from tests.fakes import workloads

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def usage(cls, doc, now=NOW):
    charge = evaluators.evaluator(scheme.resource_of(cls)).charge(codec.from_dict(cls, doc))
    return {name: str(amount) for name, amount in charge.at(now).items()}


def pod(**doc):
    return {"spec": {"containers": [{"name": "c", "image": "i", **doc}]}}


def counts(cls, doc, **spec):
    charge = evaluators.evaluator(scheme.resource_of(cls)).charge(codec.from_dict(cls, doc))
    return charge.counts_for(codec.from_dict(core_v1.ResourceQuotaSpec, spec))


def test_a_pod():
    wants = {
        "requests": {
            "cpu": "1",
            "memory": "1Gi",
            "ephemeral-storage": "1G",
            "example.com/gpu": "2",
            "hugepages-2Mi": "4Mi",
        },
        "limits": {"cpu": "2", "example.com/gpu": "2"},
    }
    assert usage(core_v1.Pod, pod(resources=wants)) == {
        "count/pods": "1",
        "pods": "1",
        "cpu": "1",
        "requests.cpu": "1",
        "limits.cpu": "2",
        "memory": "1Gi",
        "requests.memory": "1Gi",
        "ephemeral-storage": "1G",
        "requests.ephemeral-storage": "1G",
        "requests.example.com/gpu": "2",
        "hugepages-2Mi": "4Mi",
        "requests.hugepages-2Mi": "4Mi",
    }


def test_a_pod_that_has_ended_or_should_have():
    assert usage(core_v1.Pod, {**pod(), "status": {"phase": "Failed"}}) == {"count/pods": "1"}
    leaving = {
        **pod(),
        "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z", "deletionGracePeriodSeconds": 30},
    }
    assert "pods" in usage(core_v1.Pod, leaving, NOW + timedelta(seconds=29))
    assert usage(core_v1.Pod, leaving, NOW + timedelta(seconds=31)) == {"count/pods": "1"}


@pytest.mark.parametrize(
    ("spec", "ports", "balancers"),
    [
        ({"type": "ClusterIP", "ports": [{"port": 1}]}, "0", "0"),
        ({"type": "NodePort", "ports": [{"port": 1}, {"port": 2}]}, "2", "0"),
        ({"type": "LoadBalancer", "ports": [{"port": 1}]}, "1", "1"),
        (
            {
                "type": "LoadBalancer",
                "allocateLoadBalancerNodePorts": False,
                "ports": [{"port": 1, "nodePort": 30000}, {"port": 2}],
            },
            "1",
            "1",
        ),
    ],
)
def test_a_service(spec, ports, balancers):
    assert usage(core_v1.Service, {"spec": spec}) == {
        "count/services": "1",
        "services": "1",
        "services.nodeports": ports,
        "services.loadbalancers": balancers,
    }


def test_a_volume_claim_counts_for_its_class_too():
    spec = {"storageClassName": "gold", "resources": {"requests": {"storage": "1Gi"}}}
    assert usage(core_v1.PersistentVolumeClaim, {"spec": spec}) == {
        "count/persistentvolumeclaims": "1",
        "persistentvolumeclaims": "1",
        "requests.storage": "1Gi",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
        "gold.storageclass.storage.k8s.io/requests.storage": "1Gi",
    }
    grown = {"spec": spec, "status": {"allocatedResources": {"storage": "2Gi"}}}
    assert usage(core_v1.PersistentVolumeClaim, grown)["requests.storage"] == "2Gi"


def test_a_device_claim_counts_the_dearest_alternative():
    requests = [
        {"name": "a", "exactly": {"deviceClassName": "gold", "allocationMode": "ExactCount", "count": 2}},
        {
            "name": "b",
            "firstAvailable": [
                {"name": "x", "deviceClassName": "gold", "allocationMode": "ExactCount", "count": 3},
                {"name": "y", "deviceClassName": "gold", "allocationMode": "ExactCount", "count": 1},
                {"name": "z", "deviceClassName": "lead", "allocationMode": "All"},
            ],
        },
    ]
    assert usage(resource_v1.ResourceClaim, {"spec": {"devices": {"requests": requests}}}) == {
        "count/resourceclaims.resource.k8s.io": "1",
        "gold.deviceclass.resource.k8s.io/devices": "5",
        "lead.deviceclass.resource.k8s.io/devices": "32",
    }


def test_everything_else_is_counted():
    assert usage(core_v1.Secret, {}) == {"count/secrets": "1", "secrets": "1"}
    assert usage(apps_v1.Deployment, {}) == {"count/deployments.apps": "1"}
    names = evaluators.evaluator(scheme.resource_of(apps_v1.Deployment)).names
    assert names({"count/deployments.apps", "count/deployments.extensions", "pods"}) == {"count/deployments.apps"}


def test_scopes_of_pods():
    plain, bounded = pod(), pod(resources={"requests": {"cpu": "1"}})
    bounded["spec"]["activeDeadlineSeconds"] = 5
    assert counts(core_v1.Pod, plain, scopes=["BestEffort", "NotTerminating"])
    assert counts(core_v1.Pod, bounded, scopes=["NotBestEffort", "Terminating"])
    assert not counts(core_v1.Pod, bounded, scopes=["BestEffort"])
    assert not counts(core_v1.Secret, {}, scopes=["NotBestEffort"])
    far = pod()
    term = {"topologyKey": "zone", "namespaces": ["other"]}
    far["spec"]["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    assert counts(core_v1.Pod, far, scopes=["CrossNamespacePodAffinity"])
    assert not counts(core_v1.Pod, plain, scopes=["CrossNamespacePodAffinity"])


@pytest.mark.parametrize(
    ("operator", "values", "of_high", "of_none"),
    [
        ("In", ["high", "low"], True, False),
        ("NotIn", ["low"], True, True),
        ("NotIn", ["high"], False, True),
        ("Exists", [], True, False),
        ("DoesNotExist", [], False, True),
    ],
)
def test_scopes_with_values(operator, values, of_high, of_none):
    high = pod()
    high["spec"]["priorityClassName"] = "high"
    term = {"scopeName": "PriorityClass", "operator": operator, "values": values}
    selector = {"matchExpressions": [term]}
    assert counts(core_v1.Pod, high, scopeSelector=selector) is of_high
    assert counts(core_v1.Pod, pod(), scopeSelector=selector) is of_none
    assert not counts(core_v1.PersistentVolumeClaim, {}, scopeSelector=selector)
    claims = {"matchExpressions": [{**term, "scopeName": "VolumeAttributesClass"}]}
    named = {"spec": {"volumeAttributesClassName": "high"}}
    assert counts(core_v1.PersistentVolumeClaim, named, scopeSelector=claims) is of_high
    assert counts(core_v1.PersistentVolumeClaim, {}, scopeSelector=claims) is of_none


def test_who_is_silent():
    found = workloads.pod("p")
    found.spec.containers = [
        core_v1.Container(name="b", resources=core_v1.ResourceRequirements(requests=workloads.amounts(cpu="1"))),
        core_v1.Container(name="a"),
    ]
    assert (
        pods.silent({"cpu", "limits.memory", "requests.ephemeral-storage"}, found)
        == "cpu for: a; limits.memory for: a,b"
    )
    found.spec.resources = core_v1.ResourceRequirements(limits=workloads.amounts(cpu="1"))
    assert pods.silent({"cpu", "limits.memory"}, found) == ""


def test_adding_up():
    spec = core_v1.ResourceQuotaSpec(hard=workloads.amounts(pods="5", cpu="1"), scopes=["NotBestEffort"])
    evaluator = evaluators.evaluator(scheme.resource_of(core_v1.Pod))
    busy = [workloads.pod(f"p{n}", cpu="1") for n in range(3)]
    idle = [core_v1.Pod(metadata=meta_v1.ObjectMeta(name="idle"))]
    charges = [evaluator.charge(each) for each in (*busy, *idle)]
    assert evaluators.used(spec, {"pods", "cpu", "limits.cpu"}, charges, NOW) == {
        "pods": 3 * amounts.ONE,
        "cpu": 3 * amounts.ONE,
        "limits.cpu": amounts.ZERO,
    }
