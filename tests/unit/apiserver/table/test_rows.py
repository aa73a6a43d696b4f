"""Rows as ``kubectl get -o wide`` shows them."""

from datetime import UTC, datetime

import pytest

from pykube.api import scheme
from pykube.apiserver.table.catalog import PLAIN, PRINTERS, printer_of

NOW = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
CREATED = "2026-01-01T00:55:00Z"


def row(group, kind, **item):
    metadata = {"name": "x", "creationTimestamp": CREATED, **item.pop("metadata", {})}
    printer = printer_of(group, kind)
    cells = printer.cells({"metadata": metadata, **item}, NOW)
    assert len(cells) == len(printer.columns)
    return cells


def pod(spec=None, status=None, metadata=None):
    return row("", "Pod", spec=spec or {"containers": [{"name": "a"}]}, status=status or {}, metadata=metadata or {})


def waiting(reason):
    return {"name": "a", "state": {"waiting": {"reason": reason}}}


def ended(code, **more):
    return {"name": "a", "state": {"terminated": {"exitCode": code, **more}}}


RUNNING = {"name": "a", "ready": True, "state": {"running": {}}}


@pytest.mark.parametrize(
    ("status", "ready", "shown"),
    [
        ({"phase": "Pending"}, "0/1", "Pending"),
        ({"phase": "Running", "containerStatuses": [RUNNING]}, "1/1", "Running"),
        ({"phase": "Running", "containerStatuses": [waiting("CrashLoopBackOff")]}, "0/1", "CrashLoopBackOff"),
        ({"phase": "Failed", "containerStatuses": [ended(1, reason="Error")]}, "0/1", "Error"),
        ({"phase": "Failed", "containerStatuses": [ended(137, signal=9)]}, "0/1", "Signal:9"),
        ({"phase": "Failed", "containerStatuses": [ended(3)]}, "0/1", "ExitCode:3"),
        ({"phase": "Succeeded", "containerStatuses": [ended(0, reason="Completed")]}, "0/1", "Completed"),
        ({"phase": "Failed", "reason": "Evicted"}, "0/1", "Evicted"),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}]},
            "0/1",
            "SchedulingGated",
        ),
        ({"phase": "Pending", "initContainerStatuses": [ended(2)]}, "0/1", "Init:ExitCode:2"),
        ({"phase": "Pending", "initContainerStatuses": [waiting("ImagePullBackOff")]}, "0/1", "Init:ImagePullBackOff"),
        ({"phase": "Pending", "initContainerStatuses": [waiting("PodInitializing")]}, "0/1", "Init:0/0"),
    ],
)
def test_states_of_a_pod(status, ready, shown):
    assert pod(status=status)[1:3] == [ready, shown]


def test_a_pod_that_partly_completed_still_runs():
    spec = {"containers": [{"name": "a"}, {"name": "b"}]}
    status = {"phase": "Running", "containerStatuses": [ended(0, reason="Completed"), RUNNING]}
    assert pod(spec, status)[1:3] == ["1/2", "NotReady"]
    status["conditions"] = [{"type": "Ready", "status": "True"}]
    assert pod(spec, status)[1:3] == ["1/2", "Running"]


def test_a_pod_being_deleted():
    assert pod(status={"phase": "Running"}, metadata={"deletionTimestamp": CREATED})[2] == "Terminating"
    assert pod(status={"phase": "Succeeded"}, metadata={"deletionTimestamp": CREATED})[2] == "Succeeded"


def test_restarts_and_the_wide_columns():
    status = {
        "phase": "Running",
        "podIPs": [{"ip": "10.42.0.5"}],
        "containerStatuses": [
            {**RUNNING, "restartCount": 3, "lastState": {"terminated": {"finishedAt": "2026-01-01T00:58:00Z"}}}
        ],
    }
    spec = {"containers": [{"name": "a"}], "nodeName": "n1"}
    assert pod(spec, status) == ["x", "1/1", "Running", "3 (2m ago)", "5m", "10.42.0.5", "n1", "<none>", "<none>"]


def test_sidecars_count_as_containers():
    spec = {"containers": [{"name": "a"}], "initContainers": [{"name": "s", "restartPolicy": "Always"}]}
    status = {
        "phase": "Running",
        "initContainerStatuses": [{"name": "s", "started": True, "ready": True, "state": {"running": {}}}],
        "containerStatuses": [RUNNING],
    }
    assert pod(spec, status)[1:3] == ["2/2", "Running"]


def test_workloads():
    template = {"spec": {"containers": [{"name": "a", "image": "i:1"}, {"name": "b", "image": "j:2"}]}}
    spec = {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    status = {"replicas": 3, "readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 1}
    wide = ["a,b", "i:1,j:2", "app=web"]
    assert row("apps", "Deployment", spec=spec, status=status) == ["x", "2/3", 3, 1, "5m", *wide]
    assert row("apps", "ReplicaSet", spec=spec, status=status) == ["x", 3, 3, 2, "5m", *wide]
    assert row("apps", "StatefulSet", spec=spec, status=status) == ["x", "2/3", "5m", "a,b", "i:1,j:2"]
    owners = [{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "controller": True}]
    found = row("apps", "ControllerRevision", metadata={"ownerReferences": owners}, revision=4)
    assert found == ["x", "daemonset.apps/d", 4, "5m"]


def test_jobs():
    status = {"startTime": CREATED, "completionTime": "2026-01-01T00:55:30Z", "succeeded": 2}
    status["conditions"] = [{"type": "Complete", "status": "True"}]
    assert row("batch", "Job", spec={"completions": 2}, status=status)[1:5] == ["Complete", "2/2", "30s", "5m"]
    assert row("batch", "Job", spec={"parallelism": 4})[1:4] == ["Running", "0/1 of 4", ""]
    assert row("batch", "CronJob", spec={"schedule": "* * * * *", "suspend": False})[1:6] == [
        "* * * * *",
        "<none>",
        "False",
        0,
        "<none>",
    ]


def test_services():
    ports = [{"port": 80, "nodePort": 30080, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
    spec = {"type": "NodePort", "clusterIPs": ["10.43.0.9"], "ports": ports, "selector": {"app": "web"}}
    assert row("", "Service", spec=spec) == [
        "x",
        "NodePort",
        "10.43.0.9",
        "<none>",
        "80:30080/TCP,53/UDP",
        "5m",
        "app=web",
    ]
    assert row("", "Service", spec={"type": "LoadBalancer"})[3] == "<pending>"
    assert row("", "Service", spec={"type": "ExternalName", "externalName": "a.example"})[3] == "a.example"


def test_endpoints_are_shortened():
    addresses = [{"ip": f"10.0.0.{number}"} for number in range(5)]
    subsets = [{"addresses": addresses, "ports": [{"port": 80}]}]
    assert row("", "Endpoints", subsets=subsets)[1] == "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 2 more..."
    assert row("", "Endpoints")[1] == "<none>"
    endpoints = [{"addresses": ["10.0.0.1"]}]
    slices = row("discovery.k8s.io", "EndpointSlice", addressType="IPv4", ports=[{"port": 80}], endpoints=endpoints)
    assert slices == ["x", "IPv4", "80", "10.0.0.1", "5m"]


def test_nodes():
    status = {
        "conditions": [{"type": "Ready", "status": "True"}],
        "nodeInfo": {"kubeletVersion": "v1.36.0", "kernelVersion": "6.1", "architecture": "amd64", "osImage": "Debian"},
        "addresses": [{"type": "InternalIP", "address": "192.0.2.1"}],
    }
    labels = {"node-role.kubernetes.io/control-plane": ""}
    assert row("", "Node", status=status, spec={"unschedulable": True}, metadata={"labels": labels}) == [
        "x",
        "Ready,SchedulingDisabled",
        "control-plane",
        "5m",
        "v1.36.0",
        "192.0.2.1",
        "<none>",
        "Debian",
        "6.1 (amd64)",
        "<unknown>",
    ]


def test_events_of_both_groups():
    old = row(
        "",
        "Event",
        involvedObject={"kind": "Pod", "name": "p", "fieldPath": "spec.containers{a}"},
        type="Normal",
        reason="Started",
        message="Started it\n",
        lastTimestamp="2026-01-01T00:59:30Z",
        firstTimestamp=CREATED,
        count=4,
        source={"component": "kubelet", "host": "n1"},
    )
    assert old == [
        "30s",
        "Normal",
        "Started",
        "pod/p",
        "spec.containers{a}",
        "kubelet, n1",
        "Started it",
        "5m",
        4,
        "x",
    ]
    new = row("events.k8s.io", "Event", regarding={"kind": "Node", "name": "n"}, eventTime=CREATED, note="hi")
    assert (new[0], new[3], new[6], new[8]) == ("5m", "node/n", "hi", 1)


def test_volumes():
    spec = {"volumeName": "v", "storageClassName": "fast", "volumeMode": "Filesystem"}
    status = {"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}
    assert row("", "PersistentVolumeClaim", spec=spec, status=status)[1:7] == [
        "Bound",
        "v",
        "1Gi",
        "RWO",
        "fast",
        "<unset>",
    ]
    claim = {"namespace": "n", "name": "c"}
    assert row("", "PersistentVolume", spec={"claimRef": claim, "capacity": {"storage": "1Gi"}})[5] == "n/c"


def test_autoscalers_of_both_versions():
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 80}}}
    current = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 20}}}
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "metrics": [cpu], "maxReplicas": 5, "minReplicas": 1}
    kind = "HorizontalPodAutoscaler"
    assert row("autoscaling", kind, spec=spec, status={"currentMetrics": [current]})[1:5] == [
        "Deployment/d",
        "cpu: 20%/80%",
        "1",
        5,
    ]
    assert row("autoscaling", kind, spec={"targetCPUUtilizationPercentage": 80})[2] == "cpu: <unknown>/80%"


def test_every_stored_kind_prints_an_almost_empty_object():
    for resource in scheme.resources:
        row(resource.group, resource.kind)


def test_kinds_without_columns_of_their_own():
    plain = {kind for group, _, kind in (one.gvk for one in scheme.resources) if printer_of(group, kind) is PLAIN}
    assert {"Role", "ClusterRole", "LimitRange", "CustomResourceDefinition"} <= plain
    assert row("", "LimitRange") == ["x", CREATED]


def test_no_printer_for_kinds_that_do_not_exist():
    known = {(one.group, one.kind) for one in scheme.resources} | {("autoscaling", "Scale")}
    assert set(PRINTERS) <= known


def test_the_class_in_an_annotation_of_old_wins():
    old = {"annotations": {"volume.beta.kubernetes.io/storage-class": "old"}}
    assert row("", "PersistentVolume", metadata=old, spec={"storageClassName": "new"})[6] == "old"
    assert row("", "PersistentVolumeClaim", metadata=old, spec={})[5] == "old"
    assert row("", "PersistentVolumeClaim", spec={"storageClassName": "new"})[5] == "new"
