"""Pods reach each other, services and names."""

from __future__ import annotations

from typing import Any

from tests.e2e.cluster import Kubectl, eventually, pod


def web(name: str, text: str, **spec: Any) -> dict[str, Any]:
    script = f"busybox mkdir -p /tmp/w; echo {text} > /tmp/w/index.html; exec busybox httpd -f -p 8080 -h /tmp/w"
    return pod(name, "sh", "-c", script, **spec)


def service(name: str, app: str, **spec: Any) -> dict[str, Any]:
    ports = [{"port": 80, "targetPort": 8080, "name": "http"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": app}, "ports": ports, **spec},
    }


def wget(kubectl: Kubectl, url: str, source: str = "client") -> str:
    return kubectl(
        "exec", source, "--", "/bin/busybox", "timeout", "3", "busybox", "wget", "-q", "-O", "-", url
    ).strip()


def test_pods_services_and_names(kubectl: Kubectl) -> None:
    kubectl.apply(web("web", "hello"), pod("client"), service("web", "web"), service("bare", "web", clusterIP="None"))
    kubectl("wait", "--for=condition=Ready", "pod/web", "pod/client", "--timeout=30s")
    address = kubectl("get", "pod", "web", "-o", "jsonpath={.status.podIP}")
    assert wget(kubectl, f"http://{address}:8080/") == "hello"
    virtual = kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
    eventually(lambda: wget(kubectl, f"http://{virtual}/") == "hello", "the service")
    full = f"web.{kubectl.namespace}.svc.cluster.local"
    for name in ("web", f"web.{kubectl.namespace}", full):
        assert eventually(lambda name=name: wget(kubectl, f"http://{name}/"), name) == "hello"
    looked_up = kubectl(
        "exec", "client", "--", "/bin/busybox", "nslookup", f"bare.{kubectl.namespace}.svc.cluster.local"
    )
    assert address in looked_up
    missing = kubectl("exec", "client", "--", "/bin/busybox", "nslookup", f"nothing.{full}", check=False)
    assert "NXDOMAIN" in missing
    assert wget(kubectl, f"http://{full}/", source="web") == "hello"


def test_all_ready_endpoints_are_used_and_no_other(kubectl: Kubectl) -> None:
    kubectl.apply(
        web("one", "1", labels={"app": "many"}),
        web("two", "2", labels={"app": "many"}),
        web("off", "3", labels={"app": "many"}, readinessGates=[{"conditionType": "example.com/never"}]),
        pod("client"),
        service("many", "many"),
    )
    kubectl("wait", "--for=condition=Ready", "pod/one", "pod/two", "pod/client", "--timeout=30s")
    eventually(lambda: wget(kubectl, "http://many/") in ("1", "2"), "the service")
    assert {eventually(lambda: wget(kubectl, "http://many/"), "an answer") for _ in range(20)} == {"1", "2"}


def test_session_affinity(kubectl: Kubectl) -> None:
    kubectl.apply(
        web("one", "1", labels={"app": "sticky"}),
        web("two", "2", labels={"app": "sticky"}),
        pod("client"),
        service("sticky", "sticky", sessionAffinity="ClientIP"),
    )
    kubectl("wait", "--for=condition=Ready", "pod/one", "pod/two", "pod/client", "--timeout=30s")
    first = eventually(lambda: wget(kubectl, "http://sticky/"), "the service")
    assert {wget(kubectl, "http://sticky/") for _ in range(10)} == {first}


def test_a_service_without_endpoints_refuses(kubectl: Kubectl) -> None:
    kubectl.apply(pod("client"), service("empty", "nobody"))
    kubectl("wait", "--for=condition=Ready", "pod/client", "--timeout=30s")
    eventually(
        lambda: (
            "refused"
            in kubectl("exec", "client", "--", "/bin/busybox", "wget", "-q", "-O", "-", "http://empty/", check=False)
        ),
        "the refusal",
    )


def test_host_port(kubectl: Kubectl) -> None:
    kubectl.apply(
        web("front", "hosted", container={"ports": [{"containerPort": 8080, "hostPort": 18089}]}), pod("client")
    )
    kubectl("wait", "--for=condition=Ready", "pod/front", "pod/client", "--timeout=30s")
    node = kubectl("get", "pod", "front", "-o", "jsonpath={.status.hostIP}")
    assert wget(kubectl, f"http://{node}:18089/") == "hosted"


def test_the_api_from_a_pod(kubectl: Kubectl) -> None:
    kubectl.apply(pod("client"))
    kubectl("wait", "--for=condition=Ready", "pod/client", "--timeout=30s")
    connect = "busybox nc -w 3 kubernetes.default 443 </dev/null && echo open"
    eventually(
        lambda: "open" in kubectl("exec", "client", "--", "/bin/busybox", "sh", "-c", connect, check=False),
        "the API's address",
    )
