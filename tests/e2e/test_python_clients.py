"""The official Python client (`kubernetes`) against a live cluster: what its users do with it."""

from __future__ import annotations

import contextlib
import gc
import json
import re
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from kubernetes import client, config, dynamic, watch
from kubernetes.client import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock
from kubernetes.stream import portforward, stream

from tests.e2e import cluster
from tests.e2e.cluster import IMAGE, eventually, pod

pytestmark = [
    # its generated code and its WebSocket library still call what newer Pythons and urllib3 announce to remove
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kubernetes"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:websocket"),
    # it leaves the sockets of its pools and watches to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LABELS = {"app": "sample"}


@pytest.fixture
def api() -> Iterator[client.ApiClient]:
    """The client as a program sets it up that reads a kubeconfig."""
    settings = client.Configuration()
    config.load_kube_config(str(cluster.KUBECONFIG), client_configuration=settings)
    settings.proxy = None
    with client.ApiClient(settings) as found:
        yield found
    gc.collect()  # what it leaves open is warned of while its warnings are ignored, not in somebody else's test


@pytest.fixture
def core(api: client.ApiClient) -> client.CoreV1Api:
    return client.CoreV1Api(api)


@pytest.fixture
def namespace(core: client.CoreV1Api, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace of the test's own, in which pods can be made."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:40].strip("-")
    name = f"{words}-{uuid.uuid4().hex[:6]}"
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=name)))
    eventually(lambda: names(core.list_namespaced_service_account(name)), "the default ServiceAccount")
    yield name
    core.delete_namespace(name)


@pytest.fixture
def shell(core: client.CoreV1Api, namespace: str) -> str:
    """The name of a running pod."""
    return run_pod(core, namespace, "sh", "-c", "echo one; echo two; busybox httpd -f -p 8080 -h /etc")


def run_pod(core: client.CoreV1Api, namespace: str, *command: str) -> str:
    core.create_namespaced_pod(namespace, pod("shell", *command))
    eventually(lambda: _ready(core.read_namespaced_pod("shell", namespace)), "the pod's readiness")
    return "shell"


def _ready(found: client.V1Pod) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in found.status.conditions or ())


def names(found: Any) -> list[str]:
    return [item.metadata.name for item in found.items]


def configmap(name: str, **data: str) -> client.V1ConfigMap:
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=LABELS), data=data)


def deployment(name: str) -> client.V1Deployment:
    container = client.V1Container(name="c", image=IMAGE, env=[client.V1EnvVar(name="A", value="1")])
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name=name, labels=LABELS),
        spec=client.V1DeploymentSpec(
            replicas=0,
            selector=client.V1LabelSelector(match_labels={"app": name}),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels={"app": name}), spec=client.V1PodSpec(containers=[container])
            ),
        ),
    )


def test_create_read_replace_delete(core: client.CoreV1Api, namespace: str) -> None:
    made = core.create_namespaced_config_map(namespace, configmap("c", a="1"))
    assert (made.metadata.namespace, made.data) == (namespace, {"a": "1"})
    assert abs((datetime.now(UTC) - made.metadata.creation_timestamp).total_seconds()) < 600
    made.data = {"a": "2"}
    newer = core.replace_namespaced_config_map("c", namespace, made)
    assert newer.data == {"a": "2"}
    with pytest.raises(ApiException) as caught:
        core.replace_namespaced_config_map("c", namespace, made)
    assert (caught.value.status, json.loads(caught.value.body)["reason"]) == (409, "Conflict")
    with pytest.raises(ApiException) as caught:
        core.create_namespaced_config_map(namespace, configmap("c"))
    assert json.loads(caught.value.body)["reason"] == "AlreadyExists"
    assert core.delete_namespaced_config_map("c", namespace)["status"] == "Success"
    with pytest.raises(ApiException) as caught:
        core.read_namespaced_config_map("c", namespace)
    assert caught.value.status == 404


def test_lists_by_selectors_and_in_pages(core: client.CoreV1Api, namespace: str) -> None:
    for number in range(7):
        core.create_namespaced_config_map(namespace, configmap(f"c{number}"))
    chosen = core.list_namespaced_config_map(namespace, label_selector="app=sample")
    assert names(chosen) == [f"c{number}" for number in range(7)]
    assert names(core.list_namespaced_config_map(namespace, field_selector="metadata.name=c3")) == ["c3"]
    pages, token = [], None
    while True:
        page = core.list_namespaced_config_map(namespace, label_selector="app=sample", limit=3, _continue=token)
        pages.append(names(page))
        token = page.metadata._continue
        if not token:
            break
    assert pages == [["c0", "c1", "c2"], ["c3", "c4", "c5"], ["c6"]]
    core.delete_collection_namespaced_config_map(namespace, label_selector="app=sample")
    assert not names(core.list_namespaced_config_map(namespace, label_selector="app=sample"))


def test_watch(core: client.CoreV1Api, namespace: str) -> None:
    version = core.list_namespaced_config_map(namespace).metadata.resource_version
    core.create_namespaced_config_map(namespace, configmap("c", a="1"))
    core.patch_namespaced_config_map("c", namespace, {"data": {"a": "2"}})
    core.delete_namespaced_config_map("c", namespace)
    follower, seen = watch.Watch(), []
    events = follower.stream(
        core.list_namespaced_config_map,
        namespace,
        resource_version=version,
        label_selector="app=sample",
        timeout_seconds=20,
    )
    for event in events:
        seen.append((event["type"], event["object"].data["a"]))
        if event["type"] == "DELETED":
            follower.stop()
    assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")]


def test_patches_of_three_kinds(api: client.ApiClient, namespace: str) -> None:
    apps = client.AppsV1Api(api)
    apps.create_namespaced_deployment(namespace, deployment("d"))
    env = [{"name": "B", "value": "2"}]
    strategic = {"spec": {"template": {"spec": {"containers": [{"name": "c", "env": env}]}}}}
    found = apps.patch_namespaced_deployment(
        "d", namespace, strategic, _content_type="application/strategic-merge-patch+json"
    )
    assert {one.name for one in found.spec.template.spec.containers[0].env} == {"A", "B"}
    merge = {"metadata": {"labels": {"app": None, "tier": "web"}}}
    found = apps.patch_namespaced_deployment("d", namespace, merge, _content_type="application/merge-patch+json")
    assert found.metadata.labels == {"tier": "web"}
    operations = [
        {"op": "test", "path": "/spec/replicas", "value": 0},
        {"op": "replace", "path": "/spec/revisionHistoryLimit", "value": 3},
    ]
    found = apps.patch_namespaced_deployment("d", namespace, operations)
    assert found.spec.revision_history_limit == 3
    scale = apps.patch_namespaced_deployment_scale("d", namespace, {"spec": {"replicas": 2}})
    assert scale.spec.replicas == 2
    assert apps.read_namespaced_deployment("d", namespace).spec.replicas == 2


def test_server_side_apply(core: client.CoreV1Api, namespace: str) -> None:
    def apply(manager: str, data: dict[str, str], **options: Any) -> client.V1ConfigMap:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
        kind = "application/apply-patch+yaml"
        return core.patch_namespaced_config_map(
            "c", namespace, body, field_manager=manager, _content_type=kind, **options
        )

    apply("one", {"a": "1", "b": "1"})
    apply("two", {"c": "2"})
    with pytest.raises(ApiException) as caught:
        apply("two", {"a": "2", "c": "2"})
    assert caught.value.status == 409
    assert ".data.a" in caught.value.body
    assert apply("two", {"a": "2", "c": "2"}, force=True).data == {"a": "2", "b": "1", "c": "2"}
    found = apply("one", {"d": "1"})
    assert found.data == {"a": "2", "c": "2", "d": "1"}
    owned = {entry.manager: entry.fields_v1 for entry in found.metadata.managed_fields}
    assert owned["one"] == {"f:data": {"f:d": {}}}
    assert owned["two"] == {"f:data": {"f:a": {}, "f:c": {}}}


def test_errors_name_the_field(core: client.CoreV1Api, namespace: str) -> None:
    broken = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="Upper_Case"))
    with pytest.raises(ApiException) as caught:
        core.create_namespaced_config_map(namespace, broken)
    assert caught.value.status == 422
    assert json.loads(caught.value.body)["details"]["causes"][0]["field"] == "metadata.name"


DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gadgets.python.example.com"},
    "spec": {
        "group": "python.example.com",
        "scope": "Namespaced",
        "names": {"plural": "gadgets", "singular": "gadget", "kind": "Gadget", "shortNames": ["gd"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}},
                            "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                        },
                    }
                },
            }
        ],
    },
}
GROUP, VERSION, PLURAL = "python.example.com", "v1", "gadgets"


@pytest.fixture
def gadgets(api: client.ApiClient) -> Iterator[None]:
    """A custom kind, served."""
    definitions = client.ApiextensionsV1Api(api)
    definitions.create_custom_resource_definition(DEFINITION)
    name = DEFINITION["metadata"]["name"]

    def established() -> bool:
        conditions = definitions.read_custom_resource_definition(name).status.conditions or ()
        return any(one.type == "Established" and one.status == "True" for one in conditions)

    eventually(established, "the definition's establishment")
    yield
    definitions.delete_custom_resource_definition(name)


def gadget(name: str, size: int) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": "Gadget", "metadata": {"name": name}, "spec": {"size": size}}


@pytest.mark.usefixtures("gadgets")
def test_custom_objects(api: client.ApiClient, namespace: str) -> None:
    custom = client.CustomObjectsApi(api)
    where = (GROUP, VERSION, namespace, PLURAL)
    assert custom.create_namespaced_custom_object(*where, gadget("g", 3))["spec"] == {"size": 3}
    with pytest.raises(ApiException) as caught:
        custom.create_namespaced_custom_object(*where, gadget("h", 0))
    assert caught.value.status == 422
    custom.patch_namespaced_custom_object(*where, "g", {"spec": {"size": 4}})
    found = custom.patch_namespaced_custom_object_status(*where, "g", {"status": {"phase": "Ready"}})
    assert (found["spec"], found["status"]) == ({"size": 4}, {"phase": "Ready"})
    assert len(custom.list_namespaced_custom_object(*where)["items"]) == 1
    follower = watch.Watch()
    for event in follower.stream(custom.list_namespaced_custom_object, *where, timeout_seconds=20):
        assert event["object"]["metadata"]["name"] == "g"
        follower.stop()
    custom.delete_namespaced_custom_object(*where, "g")


@pytest.mark.usefixtures("gadgets")
def test_dynamic_client(api: client.ApiClient, namespace: str, tmp_path: Any) -> None:
    found = dynamic.DynamicClient(api, cache_file=str(tmp_path / "discovery"))
    resource = found.resources.get(api_version=f"{GROUP}/{VERSION}", kind="Gadget")
    assert (resource.name, resource.namespaced) == (PLURAL, True)
    resource.create(body=gadget("g", 1), namespace=namespace)
    patch = {"metadata": {"labels": {"a": "b"}}}
    resource.patch(name="g", namespace=namespace, body=patch, content_type="application/merge-patch+json")
    applied = resource.server_side_apply(
        body=gadget("g", 2), name="g", namespace=namespace, field_manager="dynamic", force_conflicts=True
    )
    assert applied.spec.size == 2
    assert [item.metadata.name for item in resource.get(namespace=namespace, label_selector="a=b").items] == ["g"]
    for event in resource.watch(namespace=namespace, timeout=20):
        assert event["object"].spec.size == 2
        break
    resource.status.patch(
        name="g", namespace=namespace, body={"status": {"x": 1}}, content_type="application/merge-patch+json"
    )
    resource.delete(name="g", namespace=namespace)
    services = found.resources.get(api_version="v1", kind="Service")
    assert "kubernetes" in [item.metadata.name for item in services.get(namespace="default").items]


def test_leases_elect_a_leader(api: client.ApiClient, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.Configuration, "_default", api.configuration, raising=False)

    def elector(identity: str) -> leaderelection.LeaderElection:
        lock = LeaseLock("leader", namespace, identity)
        return leaderelection.LeaderElection(
            electionconfig.Config(
                lock,
                lease_duration=3,
                renew_deadline=2,
                retry_period=1,
                onstarted_leading=print,
                onstopped_leading=None,
            )
        )

    one, two = elector("one"), elector("two")
    assert one.try_acquire_or_renew()
    assert not two.try_acquire_or_renew()
    assert one.try_acquire_or_renew()
    lease = client.CoordinationV1Api(api).read_namespaced_lease("leader", namespace)
    assert lease.spec.holder_identity == "one"
    eventually(two.try_acquire_or_renew, "the second's turn after the first fell silent")
    assert not one.try_acquire_or_renew()


def test_events_of_both_groups(api: client.ApiClient, core: client.CoreV1Api, namespace: str) -> None:
    about = {"apiVersion": "v1", "kind": "ConfigMap", "name": "c", "namespace": namespace}
    now = datetime.now(UTC)
    core.create_namespaced_event(
        namespace,
        client.CoreV1Event(
            metadata=client.V1ObjectMeta(name="old"),
            involved_object=about,
            reason="Tried",
            message="once",
            type="Normal",
            count=1,
            first_timestamp=now,
            last_timestamp=now,
        ),
    )
    events = client.EventsV1Api(api)
    events.create_namespaced_event(
        namespace,
        client.EventsV1Event(
            metadata=client.V1ObjectMeta(name="new"),
            event_time=now,
            regarding=about,
            reason="Tried",
            note="again",
            type="Warning",
            action="Trying",
            reporting_controller="example.com/tests",
            reporting_instance="tests-1",
        ),
    )
    selector = "involvedObject.name=c,reason=Tried"
    assert sorted(names(core.list_namespaced_event(namespace, field_selector=selector))) == ["new", "old"]
    series = {"series": {"count": 2, "lastObservedTime": now.isoformat().replace("+00:00", "Z")}}
    changed = events.patch_namespaced_event("new", namespace, series)
    assert changed.series.count == 2
    assert core.read_namespaced_event("new", namespace).message == "again"


def test_tokens_and_reviews(api: client.ApiClient, core: client.CoreV1Api, namespace: str) -> None:
    spec = client.AuthenticationV1TokenRequest(spec=client.V1TokenRequestSpec(audiences=[]))
    token = core.create_namespaced_service_account_token("default", namespace, spec).status.token
    review = client.V1TokenReview(spec=client.V1TokenReviewSpec(token=token))
    user = client.AuthenticationV1Api(api).create_token_review(review).status.user
    assert user.username == f"system:serviceaccount:{namespace}:default"
    attributes = client.V1ResourceAttributes(namespace=namespace, verb="get", resource="secrets")
    asked = client.V1SubjectAccessReview(
        spec=client.V1SubjectAccessReviewSpec(user=user.username, resource_attributes=attributes)
    )
    assert not client.AuthorizationV1Api(api).create_subject_access_review(asked).status.allowed


def test_version_and_discovery(api: client.ApiClient) -> None:
    assert client.VersionApi(api).get_code().minor.startswith("36")
    groups = {group.name for group in client.ApisApi(api).get_api_versions().groups}
    assert {"apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io"} <= groups
    assert "pods/exec" in {one.name for one in client.CoreV1Api(api).get_api_resources().resources}


# What needs a node


def test_logs(core: client.CoreV1Api, namespace: str, shell: str) -> None:
    assert eventually(lambda: core.read_namespaced_pod_log(shell, namespace), "the log").startswith("one\ntwo\n")
    assert core.read_namespaced_pod_log(shell, namespace, tail_lines=1) == "two\n"
    follower, lines = watch.Watch(), []
    for line in follower.stream(core.read_namespaced_pod_log, shell, namespace):
        lines.append(line)
        if len(lines) == 2:
            follower.stop()
    assert lines == ["one", "two"]


def test_exec(core: client.CoreV1Api, namespace: str, shell: str) -> None:
    def connect(*command: str, **options: Any) -> Any:
        settings = {"stdin": False, "stdout": True, "stderr": True, "tty": False, **options}
        return stream(core.connect_get_namespaced_pod_exec, shell, namespace, command=list(command), **settings)

    assert connect("/bin/busybox", "echo", "here") == "here\n"
    session = connect("/bin/busybox", "sh", stdin=True, _preload_content=False)
    session.write_stdin("echo to-out; echo to-err >&2\nexit 7\n")
    session.run_forever(timeout=20)
    assert (session.read_stdout(), session.read_stderr()) == ("to-out\n", "to-err\n")
    assert session.returncode == 7
    with pytest.raises(ApiException):
        stream(core.connect_get_namespaced_pod_exec, "nobody", namespace, command=["/bin/busybox", "true"], stdout=True)


def test_port_forward(core: client.CoreV1Api, namespace: str, shell: str) -> None:
    forward = portforward(core.connect_get_namespaced_pod_portforward, shell, namespace, ports="8080")
    with contextlib.closing(forward.socket(8080)) as connection:
        connection.setblocking(True)
        connection.sendall(b"GET /hostname HTTP/1.0\r\n\r\n")
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    assert answer.startswith(b"HTTP/1.")
    assert forward.error(8080) is None


def test_a_pods_life_is_watched(core: client.CoreV1Api, namespace: str) -> None:
    phases: list[str] = []
    follower = watch.Watch()

    def follow() -> None:
        for event in follower.stream(core.list_namespaced_pod, namespace, timeout_seconds=60):
            phase = event["object"].status.phase
            if not phases or phases[-1] != phase:
                phases.append(phase)
            if phase == "Succeeded":
                follower.stop()

    thread = threading.Thread(target=follow)
    thread.start()
    core.create_namespaced_pod(namespace, pod("short", "true", restartPolicy="Never"))
    thread.join(60)
    assert (phases[0], phases[-1]) == ("Pending", "Succeeded")
