"""Pods: each broken rule gives the API's message at the API's path."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api import codec, names
from pykube.api.validation import pods

from .documents import CONTAINER, build, created, status_updated, updated


def container(**change: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{**CONTAINER, **change}]}}


def spec(**change: Any) -> dict[str, Any]:
    return {"spec": change}


C = "spec.containers[0]"
AFFINITY = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (spec(containers=[]), "spec.containers: Required value"),
        (container(name=""), f"{C}.name: Required value"),
        (container(name="A"), f'{C}.name: Invalid value: "A": {names.dns_label("A")[0]}'),
        (container(image=""), f"{C}.image: Required value"),
        (container(image="a "), f'{C}.image: Invalid value: "a ": must not have leading or trailing whitespace'),
        (
            container(imagePullPolicy="Maybe"),
            f'{C}.imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
        ),
        (spec(containers=[CONTAINER, CONTAINER]), 'spec.containers[1].name: Duplicate value: "a"'),
        (
            container(ports=[{"containerPort": 0}]),
            f"{C}.ports[0].containerPort: Required value",
        ),
        (
            container(ports=[{"containerPort": 80, "protocol": "ICMP"}]),
            f'{C}.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        ),
        (
            container(ports=[{"containerPort": 80, "hostPort": 1}, {"containerPort": 81, "hostPort": 1}]),
            f'{C}.ports[1].hostPort: Duplicate value: "TCP//1"',
        ),
        (
            container(ports=[{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]),
            f'{C}.ports[1].name: Duplicate value: "a"',
        ),
        (container(env=[{"name": ""}]), f"{C}.env[0].name: Required value"),
        (
            container(env=[{"name": "A", "valueFrom": {}}]),
            f'{C}.env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`,'
            " `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        ),
        (
            container(env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.foo"}}}]),
            f'{C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.foo":'
            " error converting fieldPath: field label not supported: metadata.foo",
        ),
        (
            container(env=[{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.gpu"}}}]),
            f'{C}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values:'
            ' "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",'
            ' "requests.ephemeral-storage", "requests.memory"',
        ),
        (container(envFrom=[{"secretRef": {}}]), f"{C}.envFrom[0].secretRef.name: Required value"),
        (
            container(volumeMounts=[{"name": "v", "mountPath": "/v"}]),
            f'{C}.volumeMounts[0].name: Not found: "v"',
        ),
        (
            container(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
            f'{C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        ),
        (
            container(resources={"limits": {"cpu": "-1"}, "requests": {"cpu": "-1"}}),
            [
                f'{C}.resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
                f'{C}.resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
            ],
        ),
        (
            container(resources={"requests": {"example.com/gpu": "1"}}),
            f"{C}.resources.limits: Required value: Limit must be set for non overcommitable resources",
        ),
        (
            container(resources={"requests": {"speed": "1"}}),
            [
                f'{C}.resources.requests[speed]: Invalid value: "speed":'
                " must be a standard resource type or fully qualified",
                f'{C}.resources.requests[speed]: Invalid value: "speed": must be a standard resource for containers',
            ],
        ),
        (container(livenessProbe={}), f"{C}.livenessProbe: Required value: must specify a handler type"),
        (
            container(livenessProbe={"tcpSocket": {"port": 0}}),
            f"{C}.livenessProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive",
        ),
        (
            container(livenessProbe={"exec": {"command": ["x"]}, "successThreshold": 2}),
            f"{C}.livenessProbe.successThreshold: Invalid value: 2: must be 1",
        ),
        (
            container(livenessProbe={"exec": {"command": ["x"]}, "httpGet": {"port": 1}}),
            f"{C}.livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type",
        ),
        (
            container(securityContext={"runAsUser": -1}),
            f"{C}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
        ),
        (
            container(lifecycle={"preStop": {"exec": {"command": []}}}),
            f"{C}.lifecycle.preStop.exec.command: Required value",
        ),
        (
            spec(initContainers=[{"name": "i", "image": "x", "livenessProbe": {"exec": {"command": ["x"]}}}]),
            "spec.initContainers[0].livenessProbe: Forbidden:"
            " may not be set for init containers without restartPolicy=Always",
        ),
        (spec(initContainers=[CONTAINER]), 'spec.initContainers[0].name: Duplicate value: "a"'),
        (
            spec(ephemeralContainers=[{"name": "d", "image": "x"}]),
            "spec.ephemeralContainers: Forbidden: cannot be set on create",
        ),
        (
            spec(restartPolicy="Sometimes"),
            'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
        ),
        (
            spec(dnsPolicy="None"),
            "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None",
        ),
        (spec(hostname="a.b"), 'spec.hostname: Invalid value: "a.b": must not contain dots'),
        (
            spec(activeDeadlineSeconds=0),
            "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
        ),
        (
            spec(tolerations=[{"operator": "Equal"}]),
            'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty,'
            ' which means "match all values and all keys"',
        ),
        (
            spec(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}),
            f"{AFFINITY}.nodeSelectorTerms: Required value: must have at least one node selector term",
        ),
        (
            spec(topologySpreadConstraints=[{"maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": "DoNotSchedule"}]),
            [
                "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
                "spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty",
            ],
        ),
        (spec(volumes=[{"name": ""}]), "spec.volumes[0].name: Required value"),
        (
            spec(volumes=[{"name": "v"}, {"name": "v"}]),
            'spec.volumes[1].name: Duplicate value: "v"',
        ),
        (
            spec(volumes=[{"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}]),
            "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
        ),
        (
            spec(volumes=[{"name": "v", "hostPath": {"path": "/a/../b"}}]),
            "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
        ),
        (spec(volumes=[{"name": "v", "secret": {}}]), "spec.volumes[0].secret.secretName: Required value"),
        (
            spec(volumes=[{"name": "v", "configMap": {"name": "c", "defaultMode": 512}}]),
            "spec.volumes[0].configMap.defaultMode: Invalid value: 512:"
            " must be a number between 0 and 0777 (octal), both inclusive",
        ),
        (
            spec(volumes=[{"name": "v", "configMap": {"name": "c", "items": [{"key": "k", "path": "../x"}]}}]),
            "spec.volumes[0].configMap.items[0].path: Invalid value: \"../x\": must not contain '..'",
        ),
        (
            spec(volumes=[{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}]),
            "spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden:"
            " must not be specified when serviceAccountName is not set",
        ),
        (
            spec(nodeName="n", schedulingGates=[{"name": "example.com/g"}]),
            "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
        ),
        (
            spec(hostNetwork=True, containers=[{**CONTAINER, "ports": [{"containerPort": 80, "hostPort": 81}]}]),
            f"{C}.ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true",
        ),
        (spec(os={"name": "plan9"}), 'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'),
        (
            spec(os={"name": "windows"}, hostPID=True),
            "spec.hostPID: Forbidden: cannot be set for a windows pod",
        ),
        (
            {"metadata": {"annotations": {"controller.kubernetes.io/pod-deletion-cost": "+1"}}},
            'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1":'
            " must be a 32bit integer",
        ),
    ],
)
def test_broken_rules(change: dict[str, Any], expected: str | list[str]) -> None:
    assert created(build("Pod", change)) == ([expected] if isinstance(expected, str) else expected)


def test_sidecars_may_have_probes() -> None:
    sidecar = {"name": "s", "image": "x", "restartPolicy": "Always", "readinessProbe": {"tcpSocket": {"port": 1}}}
    assert created(build("Pod", spec(initContainers=[sidecar]))) == []


def test_images_and_labels_may_change() -> None:
    new = build("Pod", container(image="nginx:2"), {"metadata": {"labels": {"a": "b"}}})
    assert updated(new, build("Pod")) == []


def test_other_fields_may_not_change() -> None:
    (message,) = updated(build("Pod", spec(hostname="other")), build("Pod"))
    assert message.startswith(
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
        "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        "`spec.tolerations` (only additions to existing tolerations),"
    )
    assert message.endswith('+ hostname: "other"')


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            spec(),
            spec(containers=[CONTAINER, {"name": "b", "image": "x"}]),
            "spec.containers: Forbidden: pod updates may not add or remove containers",
        ),
        (
            spec(activeDeadlineSeconds=5),
            spec(activeDeadlineSeconds=6),
            "spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value",
        ),
        (
            spec(activeDeadlineSeconds=5),
            spec(),
            "spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value",
        ),
        (
            spec(tolerations=[{"key": "a", "operator": "Exists"}]),
            spec(),
            "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
        ),
        (
            spec(),
            spec(schedulingGates=[{"name": "example.com/g"}]),
            "spec.schedulingGates[0].name: Forbidden:"
            " only deletion is allowed, but found new scheduling gate 'example.com/g'",
        ),
    ],
)
def test_updates(before: dict[str, Any], after: dict[str, Any], expected: str) -> None:
    assert expected in updated(build("Pod", after), build("Pod", before))


def test_mirror_pods_are_born_so() -> None:
    mirror = {"metadata": {"annotations": {"kubernetes.io/config.mirror": "h"}}}
    assert created(build("Pod", mirror)) == [
        'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "h":'
        " must set spec.nodeName if mirror pod annotation is set"
    ]
    on_node = spec(nodeName="n")
    assert updated(build("Pod", mirror, on_node), build("Pod", on_node)) == [
        "metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation"
    ]
    assert updated(build("Pod", on_node), build("Pod", mirror, on_node)) == [
        "metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation"
    ]


def test_a_gated_pod_may_narrow_its_nodes() -> None:
    gates = spec(schedulingGates=[{"name": "example.com/g"}])
    old = build("Pod", gates)
    assert updated(build("Pod", gates, spec(nodeSelector={"a": "b"})), old) == []
    narrowed = build("Pod", gates, spec(nodeSelector={"a": "b"}))
    assert len(updated(old, narrowed)) == 1


def test_ephemeral_containers_are_only_added() -> None:
    old = build("Pod", spec(ephemeralContainers=[{"name": "d", "image": "x"}]))
    more = build("Pod", spec(ephemeralContainers=[{"name": "d", "image": "x"}, {"name": "e", "image": "x"}]))
    assert list(pods.ephemeral_containers_update(more, old)) == []
    (error,) = pods.ephemeral_containers_update(build("Pod"), old)
    assert error.detail == 'existing ephemeral containers "d" may not be removed\n'


def test_resize_changes_cpu_and_memory_only() -> None:
    old = build("Pod", container(resources={"requests": {"cpu": "1"}}))
    more = build("Pod", container(resources={"requests": {"cpu": "2"}}))
    assert list(pods.resize(more, old)) == []
    (error,) = pods.resize(build("Pod", container(image="other", resources={"requests": {"cpu": "1"}})), old)
    assert error.detail == "only cpu and memory resources are mutable"
    (error,) = pods.resize(build("Pod"), old)
    assert error.detail == "resource requests cannot be removed"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ({"metadata": {"annotations": {"kubernetes.io/config.mirror": "x"}}}, {}, "static pods cannot be resized"),
        (spec(os={"name": "windows"}), {}, "windows pods cannot be resized"),
        (
            {"status": {"containerStatuses": [{"name": "a", "state": {"running": {}}}]}},
            {},
            "Pod running on node without support for resize",
        ),
        (spec(resources={"requests": {"cpu": "1"}}), {}, "pod-level resources cannot be removed"),
        ({}, spec(containers=[{"name": "b", "image": "x"}]), "containers may not be renamed or reordered on resize"),
        (
            {},
            spec(initContainers=[{"name": "i", "image": "x"}]),
            "initContainers may not be added or removed on resize",
        ),
        (
            spec(initContainers=[{"name": "i", "image": "x", "resources": {"requests": {"cpu": "1"}}}]),
            spec(initContainers=[{"name": "i", "image": "y", "resources": {"requests": {"cpu": "2"}}}]),
            "only cpu and memory resources for init or sidecar containers are mutable",
        ),
    ],
    ids=["static", "windows", "node", "pod", "renamed", "added", "init"],
)
def test_what_cannot_be_resized(old: dict[str, Any], new: dict[str, Any], message: str) -> None:
    found = list(pods.resize(build("Pod", new), build("Pod", old)))
    assert message in [error.detail for error in found]


def test_resources_of_a_whole_pod_are_resized() -> None:
    old = build("Pod", spec(resources={"requests": {"cpu": "1"}}))
    assert list(pods.resize(build("Pod", spec(resources={"requests": {"cpu": "2"}})), old)) == []
    (error,) = pods.resize(
        build(
            "Pod",
            spec(resources={"requests": {"cpu": "1", "hugepages-2Mi": "2Mi"}, "limits": {"hugepages-2Mi": "2Mi"}}),
        ),
        old,
    )
    assert error.detail == "only cpu and memory resources are mutable at pod-level"


def test_a_pod_covers_its_init_containers_and_sidecars() -> None:
    def asking(cpu: str, **more: Any) -> dict[str, Any]:
        return {"name": f"c{cpu}", "image": "i", "resources": {"requests": {"cpu": cpu}}, **more}

    found = created(
        build(
            "Pod",
            spec(
                resources={"requests": {"cpu": "3"}},
                containers=[asking("1")],
                initContainers=[asking("2", restartPolicy="Always"), asking("5")],
            ),
        )
    )
    message = "must be greater than or equal to aggregate container requests of 7"
    assert found == [f'spec.resources.requests[cpu]: Invalid value: "3": {message}']


def test_annotations_about_confinement() -> None:
    prefix = "container.apparmor.security.beta.kubernetes.io/"
    path = f"metadata.annotations[{prefix}"

    def confined(**profiles: str) -> Any:
        return build("Pod", {"metadata": {"annotations": {prefix + name: text for name, text in profiles.items()}}})

    assert created(confined(a="runtime/default")) == []
    assert created(confined(b="localhost/x")) == [f'{path}b]: Invalid value: "b": container not found']
    assert created(confined(a="x")) == [f'{path}a]: Invalid value: "x": invalid AppArmor profile name: "x"']
    assert updated(confined(a="unconfined"), build("Pod")) == [f"{path}a]: Forbidden: may not add AppArmor annotations"]
    assert updated(build("Pod"), confined(a="unconfined")) == [
        f"{path}a]: Forbidden: may not remove or update AppArmor annotations"
    ]


def test_claims_in_the_status() -> None:
    status = {
        "resourceClaimStatuses": [{"name": "c", "resourceClaimName": "x_y"}],
        "extendedResourceClaimStatus": {
            "resourceClaimName": "claim",
            "requestMappings": [
                {"containerName": "a", "resourceName": "example.com/gpu", "requestName": "r"},
                {"containerName": "z", "resourceName": "example.com/gpu", "requestName": "r"},
            ],
        },
    }
    found = status_updated(build("Pod", {"status": status}), build("Pod"))
    assert [text.partition(":")[0] for text in found] == [
        "status.resourceClaimStatuses[0].name",
        "status.resourceClaimStatuses[0].resourceClaimName",
        "status.extendedResourceClaimStatus.requestMappings[0].resourceName",
        "status.extendedResourceClaimStatus.requestMappings[1].containerName",
    ]


def test_status() -> None:
    ended = {"status": {"containerStatuses": [{"name": "a", "state": {"terminated": {"exitCode": 0}}}]}}
    running = {"status": {"containerStatuses": [{"name": "a", "state": {"running": {}}}]}}
    never = spec(restartPolicy="Never")
    assert status_updated(build("Pod", never, running), build("Pod", never, ended)) == [
        "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state"
    ]
    assert status_updated(build("Pod", running), build("Pod", ended)) == []
    assert status_updated(build("Pod", {"status": {"podIPs": [{"ip": "x"}]}}), build("Pod")) == [
        'status.podIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
    ]


def test_checking_an_update_leaves_both_objects_alone() -> None:
    new, old = build("Pod", spec(hostname="other")), build("Pod")
    before = codec.encode(new), codec.encode(old)
    updated(new, old)
    assert (codec.encode(new), codec.encode(old)) == before
