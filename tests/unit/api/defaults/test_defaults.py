"""What the API fills in."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api import codec, defaults, scheme
from pykube.api.core_v1 import Pod, Secret, Service


def completed(kind: tuple[str, str], doc: dict[str, Any]) -> dict[str, Any]:
    resource = scheme.by_kind(*kind)
    assert resource is not None
    obj = codec.from_dict(resource.type, doc)
    defaults.apply(obj)
    once = codec.encode(obj)
    defaults.apply(obj)
    assert codec.encode(obj) == once, "applying twice must change nothing"
    found: dict[str, Any] = codec.to_dict(obj)
    return found


def test_pod() -> None:
    pod = completed(
        ("v1", "Pod"),
        {
            "spec": {
                "containers": [
                    {
                        "name": "a",
                        "image": "nginx",
                        "ports": [{"containerPort": 80}],
                        "resources": {"limits": {"cpu": "0.0001", "memory": "1Gi"}},
                        "livenessProbe": {"httpGet": {"port": 80}},
                        "readinessProbe": {"grpc": {"port": 1}},
                        "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                    }
                ],
                "volumes": [{"name": "e"}, {"name": "c", "configMap": {"name": "c"}}],
                "serviceAccount": "old",
            }
        },
    )
    spec = pod["spec"]
    container = spec["containers"][0]
    assert container["imagePullPolicy"] == "Always"
    assert container["terminationMessagePath"] == "/dev/termination-log"
    assert container["terminationMessagePolicy"] == "File"
    assert container["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert container["resources"]["requests"] == {"cpu": "1m", "memory": "1Gi"}
    assert container["livenessProbe"] == {
        "httpGet": {"path": "/", "port": 80, "scheme": "HTTP"},
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    }
    assert container["readinessProbe"]["grpc"] == {"port": 1, "service": ""}
    assert container["env"][0]["valueFrom"]["fieldRef"]["apiVersion"] == "v1"
    assert spec["volumes"] == [
        {"name": "e", "emptyDir": {}},
        {"name": "c", "configMap": {"name": "c", "defaultMode": 420}},
    ]
    assert spec["restartPolicy"] == "Always"
    assert spec["dnsPolicy"] == "ClusterFirst"
    assert spec["schedulerName"] == "default-scheduler"
    assert spec["securityContext"] == {}
    assert spec["terminationGracePeriodSeconds"] == 30
    assert spec["enableServiceLinks"] is True
    assert spec["serviceAccountName"] == "old"


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1", "IfNotPresent"),
        ("reg:5000/nginx", "Always"),
        ("reg:5000/nginx:1", "IfNotPresent"),
        ("nginx@sha256:0", "IfNotPresent"),
        ("nginx:latest@sha256:0", "Always"),
    ],
)
def test_pull_policy(image: str, policy: str) -> None:
    pod = completed(("v1", "Pod"), {"spec": {"containers": [{"name": "a", "image": image}]}})
    assert pod["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_host_network_opens_ports_on_the_host() -> None:
    pod = completed(
        ("v1", "Pod"),
        {"spec": {"hostNetwork": True, "containers": [{"name": "a", "ports": [{"containerPort": 80}]}]}},
    )
    assert pod["spec"]["containers"][0]["ports"][0]["hostPort"] == 80


def test_service() -> None:
    service = completed(("v1", "Service"), {"spec": {"ports": [{"port": 80}], "type": "NodePort"}})
    assert service["spec"] == {
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
        "type": "NodePort",
        "sessionAffinity": "None",
        "externalTrafficPolicy": "Cluster",
        "internalTrafficPolicy": "Cluster",
    }
    headless = Service()
    headless.spec.session_affinity = "ClientIP"
    defaults.apply(headless)
    config = headless.spec.session_affinity_config
    assert config is not None
    assert config.client_ip is not None
    assert config.client_ip.timeout_seconds == 10800


def test_secret_takes_strings_into_data() -> None:
    secret = Secret(string_data={"a": "x"}, data={"a": b"y", "b": b"z"})
    defaults.apply(secret)
    assert secret.data == {"a": b"x", "b": b"z"}
    assert not secret.string_data
    assert secret.type == "Opaque"


def test_deployment() -> None:
    spec = completed(("apps/v1", "Deployment"), {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}})[
        "spec"
    ]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}
    assert spec["revisionHistoryLimit"] == 10
    assert spec["progressDeadlineSeconds"] == 600
    assert spec["template"]["spec"]["restartPolicy"] == "Always"
    assert "enableServiceLinks" not in spec["template"]["spec"]


def test_job() -> None:
    job = completed(("batch/v1", "Job"), {"spec": {"template": {"metadata": {"labels": {"a": "b"}}}}})
    assert job["metadata"]["labels"] == {"a": "b"}
    spec = job["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimit"]) == (1, 1, 6)
    assert (spec["completionMode"], spec["suspend"], spec["manualSelector"]) == ("NonIndexed", False, False)
    assert spec["podReplacementPolicy"] == "TerminatingOrFailed"


def test_namespace_is_labelled_with_its_name() -> None:
    namespace = completed(("v1", "Namespace"), {"metadata": {"name": "x"}})
    assert namespace["metadata"]["labels"] == {"kubernetes.io/metadata.name": "x"}
    assert namespace["status"] == {"phase": "Active"}


def test_addresses_in_step() -> None:
    pod = Pod()
    pod.status.pod_ip = "10.0.0.1"
    defaults.apply(pod)
    assert [one.ip for one in pod.status.pod_ips] == ["10.0.0.1"]


@pytest.mark.parametrize("resource", scheme.resources, ids=lambda resource: f"{resource.api_version}-{resource.kind}")
def test_every_kind_can_be_completed_when_empty(resource: scheme.Resource) -> None:
    completed((resource.api_version, resource.kind), {})
