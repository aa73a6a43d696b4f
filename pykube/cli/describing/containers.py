"""Containers and volumes: of pods, and of the templates of workloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .facts import Object, date
from .report import NONE, Report, joined


def template(report: Report, document: Object) -> None:
    """The pod template of a workload."""
    report.heading("Pod Template")
    metadata, spec = document.get("metadata") or {}, document.get("spec") or {}
    report.mapping("Labels", metadata.get("labels"), level=1)
    if metadata.get("annotations"):
        report.mapping("Annotations", metadata["annotations"], level=1, joint=": ")
    report.optional("Service Account", spec.get("serviceAccountName"), level=1)
    for heading, name in (("Init Containers", "initContainers"), ("Containers", "containers")):
        if spec.get(name):
            containers(report, heading, spec[name], {}, level=1)
    volumes(report, spec.get("volumes") or (), level=1)
    report.field("Node-Selectors", selectors(spec.get("nodeSelector")), level=1)
    report.field("Tolerations", tolerations(spec.get("tolerations")), level=1)


def containers(
    report: Report, heading: str, listed: Iterable[Object], statuses: Mapping[str, Object], *, level: int = 0
) -> None:
    """Each container, with its state where there is one."""
    report.heading(heading, level=level)
    for container in listed:
        report.heading(container["name"], level=level + 1)
        _container(report, container, statuses.get(container["name"]), level + 2)


def _container(report: Report, container: Object, status: Object | None, level: int) -> None:
    if status is not None:
        report.field("Container ID", status.get("containerID", ""), level=level)
    report.field("Image", container.get("image", ""), level=level)
    if status is not None:
        report.field("Image ID", status.get("imageID", ""), level=level)
    ports = [f"{port['containerPort']}/{port.get('protocol', 'TCP')}" for port in container.get("ports") or ()]
    report.field("Port" if len(ports) < 2 else "Ports", ", ".join(ports) or NONE, level=level)
    for label, name in (("Command", "command"), ("Args", "args")):
        if container.get(name):
            report.heading(label, level=level)
            for word in container[name]:
                for line in str(word).split("\n"):
                    report.text(line, level=level + 1)
    if status is not None:
        _state(report, "State", status.get("state") or {}, level)
        if status.get("lastState"):
            _state(report, "Last State", status["lastState"], level)
        report.field("Ready", bool(status.get("ready")), level=level)
        report.field("Restart Count", status.get("restartCount", 0), level=level)
    resources = container.get("resources") or {}
    for label in ("limits", "requests"):
        if resources.get(label):
            report.heading(label.capitalize(), level=level)
            for name, amount in sorted(resources[label].items()):
                report.field(name, amount, level=level + 1)
    for label, name in (("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")):
        if container.get(name):
            report.field(label, probe(container[name]), level=level)
    _environment(report, container, level)
    _mounts(report, container.get("volumeMounts") or (), level)


def _state(report: Report, label: str, state: Object, level: int) -> None:
    kind = next(iter(state), "waiting")
    facts = state.get(kind) or {}
    report.field(label, kind.capitalize(), level=level)
    report.optional("Reason", facts.get("reason"), level=level + 1)
    report.optional("Message", facts.get("message"), level=level + 1)
    if kind == "terminated":
        report.field("Exit Code", facts.get("exitCode", 0), level=level + 1)
        report.optional("Signal", facts.get("signal"), level=level + 1)
    for name, key in (("Started", "startedAt"), ("Finished", "finishedAt")):
        if facts.get(key):
            report.field(name, date(facts[key]), level=level + 1)


def probe(found: Object) -> str:
    """``http-get http://:8080/ delay=0s timeout=1s period=10s #success=1 #failure=3``."""
    if action := found.get("httpGet"):
        scheme = action.get("scheme", "HTTP").lower()
        what = f"http-get {scheme}://{action.get('host', '')}:{action['port']}{action.get('path', '/')}"
    elif action := found.get("exec"):
        what = f"exec [{' '.join(action.get('command') or ())}]"
    elif action := found.get("tcpSocket"):
        what = f"tcp-socket {action.get('host', '')}:{action['port']}"
    elif action := found.get("grpc"):
        what = f"grpc <pod>:{action['port']} {action.get('service') or ''}".rstrip()
    else:
        what = "unknown"
    times = (
        f"delay={found.get('initialDelaySeconds', 0)}s timeout={found.get('timeoutSeconds', 1)}s "
        f"period={found.get('periodSeconds', 10)}s"
    )
    counts = f"#success={found.get('successThreshold', 1)} #failure={found.get('failureThreshold', 3)}"
    return f"{what} {times} {counts}"


def _environment(report: Report, container: Object, level: int) -> None:
    sources = container.get("envFrom") or ()
    if sources:
        report.heading("Environment Variables from", level=level)
        for source in sources:
            for kind, name in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                if name in source:
                    optional = bool(source[name].get("optional"))
                    text = f"{source[name].get('name', '')}  {kind}  Optional: {str(optional).lower()}"
                    report.text(text, level=level + 1)
    if not container.get("env"):
        report.field("Environment", NONE, level=level)
        return
    report.heading("Environment", level=level)
    for variable in container["env"]:
        report.field(variable["name"], _value(variable), level=level + 1)


def _value(variable: Object) -> str:
    source: dict[str, Any] = variable.get("valueFrom") or {}
    for name, kind in (("configMapKeyRef", "config map"), ("secretKeyRef", "secret")):
        if ref := source.get(name):
            optional = str(bool(ref.get("optional"))).lower()
            return f"<set to the key '{ref['key']}' in {kind} '{ref.get('name', '')}'>  Optional: {optional}"
    if ref := source.get("fieldRef"):
        return f"({ref.get('apiVersion', 'v1')}:{ref['fieldPath']})"
    if ref := source.get("resourceFieldRef"):
        return f"({ref['resource']})"
    return str(variable.get("value", ""))


def _mounts(report: Report, listed: Iterable[Object], level: int) -> None:
    lines = []
    for mount in listed:
        flags = "ro" if mount.get("readOnly") else "rw"
        path = f',path="{mount["subPath"]}"' if mount.get("subPath") else ""
        lines.append(f"{mount['mountPath']} from {mount['name']} ({flags}{path})")
    if not lines:
        report.field("Mounts", NONE, level=level)
        return
    report.heading("Mounts", level=level)
    for line in sorted(lines):
        report.text(line, level=level + 1)


def volumes(report: Report, listed: Iterable[Object], *, level: int = 0) -> None:
    """Each volume with its type and source."""
    listed = list(listed)
    if not listed:
        report.field("Volumes", NONE, level=level)
        return
    report.heading("Volumes", level=level)
    for volume in listed:
        report.heading(volume["name"], level=level + 1)
        kind = next((name for name in volume if name != "name"), "emptyDir")
        report.field("Type", kind[:1].upper() + kind[1:], level=level + 2)
        source = volume.get(kind) or {}
        for name, value in source.items():
            if isinstance(value, str | int | bool):
                report.field(name[:1].upper() + name[1:], value, level=level + 2)
        for part in source.get("sources") or ():
            report.field("Source", ", ".join(part), level=level + 2)


def selectors(labels: Mapping[str, str] | None) -> str:
    """Labels one a line."""
    return "\n".join(f"{key}={labels[key]}" for key in sorted(labels)) if labels else NONE


def tolerations(listed: Iterable[Object] | None) -> str:
    """Tolerations one a line: ``node.kubernetes.io/not-ready:NoExecute op=Exists for 300s``."""
    lines = []
    for one in listed or ():
        value = f"={one['value']}" if one.get("value") else ""
        effect = f":{one['effect']}" if one.get("effect") else ""
        operator = " op=Exists" if one.get("operator") == "Exists" else ""
        seconds = f" for {one['tolerationSeconds']}s" if one.get("tolerationSeconds") is not None else ""
        lines.append(f"{one.get('key', '')}{value}{effect}{operator}{seconds}".strip())
    return "\n".join(lines) or NONE


def images(spec: Object) -> str:
    """The images of a pod spec."""
    return joined(container.get("image", "") for container in spec.get("containers") or ())
