"""What each check finds, in its words, and from which version on."""

import pytest

from pykube.api import codec, core_v1
from pykube.apiserver.admission.pod_security import evaluation
from pykube.apiserver.admission.pod_security.check import Subject
from pykube.apiserver.admission.pod_security.policy import LATEST, Level, Standard

SAFE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def told(level, spec, version=LATEST, annotations=None):
    subject = Subject(annotations or {}, codec.from_dict(core_v1.PodSpec, spec))
    return evaluation.details(evaluation.findings(Standard(level, version), subject))


def pod(*contexts, **spec):
    """Containers a, b ... with these security contexts; what is not said is safe."""
    containers = [
        {"name": name, "securityContext": {**SAFE, **each}} for name, each in zip("abc", contexts, strict=False)
    ]
    return {"containers": containers or [{"name": "a", "securityContext": SAFE}], **spec}


def test_a_plain_pod_is_baseline_but_not_restricted():
    plain = {"containers": [{"name": "a"}]}
    assert told(Level.BASELINE, plain) == ""
    assert told(Level.RESTRICTED, plain) == (
        'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), '
        'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), '
        'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), '
        'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or '
        '"Localhost")'
    )
    assert told(Level.RESTRICTED, pod()) == ""


def test_the_safest_pod_is_safe_in_every_version():
    for version in range(60):
        assert told(Level.RESTRICTED, pod(), version) == ""


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (
            {"hostNetwork": True, "hostPID": True, "hostIPC": True},
            "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
        ),
        ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, 'hostPath volumes (volume "v")'),
        (
            {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
            "forbidden sysctls (kernel.msgmax)",
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
            'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
        ),
        (
            {"securityContext": {"windowsOptions": {"hostProcess": True}}},
            "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)",
        ),
        (
            {"securityContext": {"seLinuxOptions": {"type": "foo", "user": "u", "role": "r"}}},
            'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "foo"; user may not be set; '
            "role may not be set)",
        ),
        (
            {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}},
            'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
        ),
    ],
)
def test_baseline_and_what_a_pod_as_a_whole_says(spec, text):
    assert told(Level.BASELINE, pod(**spec)) == text


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ({"privileged": True}, 'privileged (containers "a", "b" must not set securityContext.privileged=true)'),
        (
            {"capabilities": {"add": ["NET_RAW", "KILL", "BPF"]}},
            'non-default capabilities (containers "a", "b" must not include "BPF", "NET_RAW" in '
            "securityContext.capabilities.add)",
        ),
        (
            {"seccompProfile": {"type": "Unconfined"}},
            'seccompProfile (containers "a", "b" must not set securityContext.seccompProfile.type to "Unconfined")',
        ),
        (
            {"procMount": "Unmasked"},
            'procMount (containers "a", "b" must not set securityContext.procMount to "Unmasked")',
        ),
    ],
)
def test_baseline_and_what_containers_say(context, text):
    assert told(Level.BASELINE, pod(context, context)) == text


def test_ports_and_probes_of_the_host():
    found = pod()
    found["containers"][0]["ports"] = [{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 10}]
    assert told(Level.BASELINE, found) == 'hostPort (container "a" uses hostPorts 10, 9)'
    found = pod()
    found["containers"][0]["livenessProbe"] = {"httpGet": {"host": "10.0.0.1", "port": 80}}
    found["initContainers"] = [{"name": "i", "lifecycle": {"preStop": {"tcpSocket": {"host": "b", "port": 1}}}}]
    text = 'probe or lifecycle host (containers "a", "i" use probe or lifecycle hosts "10.0.0.1", "b")'
    assert told(Level.BASELINE, found) == text
    assert told(Level.BASELINE, found, 33) == ""


def test_init_and_ephemeral_containers_are_looked_at():
    found = pod(initContainers=[{"name": "i"}], ephemeralContainers=[{"name": "e", "image": "x"}])
    assert 'containers "i", "e" must set securityContext.allowPrivilegeEscalation=false' in told(
        Level.RESTRICTED, found
    )


def test_restricted_volumes_stand_in_for_host_paths():
    volumes = [
        {"name": "x", "hostPath": {"path": "/"}},
        {"name": "y", "nfs": {"server": "s", "path": "/"}},
        {"name": "z", "emptyDir": {}},
    ]
    text = 'restricted volume types (volumes "x", "y" use restricted volume types "hostPath", "nfs")'
    assert told(Level.RESTRICTED, pod(volumes=volumes)) == text


def test_capabilities_of_restricted_stand_in_for_those_of_baseline():
    found = pod({"capabilities": {"add": ["NET_RAW", "NET_BIND_SERVICE"]}})
    assert told(Level.RESTRICTED, found) == (
        'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; '
        'container "a" must not include "NET_RAW" in securityContext.capabilities.add)'
    )
    assert told(Level.RESTRICTED, found, 21).startswith("non-default capabilities")


def test_what_is_said_wrongly_comes_before_what_is_not_said():
    found = pod({}, {"runAsNonRoot": False, "seccompProfile": None}, securityContext={"runAsNonRoot": False})
    assert told(Level.RESTRICTED, found) == (
        'runAsNonRoot != true (pod and container "b" must not set securityContext.runAsNonRoot=false), '
        'seccompProfile (pod or container "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or '
        '"Localhost")'
    )


@pytest.mark.parametrize(
    ("spec", "since", "until"),
    [
        (pod({"runAsUser": 0}), 23, None),
        (pod({"runAsUser": 0}, hostUsers=False), 23, 35),
        (pod({"runAsNonRoot": None}, hostUsers=False), 0, 35),
        (pod({"allowPrivilegeEscalation": None}), 8, None),
        (pod({"allowPrivilegeEscalation": None}, os={"name": "windows"}), 8, 25),
        (pod({"seccompProfile": None}), 19, None),
        (pod({"seccompProfile": None}, os={"name": "windows"}), 19, 25),
        (pod({"capabilities": None}), 22, None),
        (pod(securityContext={"seLinuxOptions": {"type": "container_engine_t"}}), 0, 31),
        (pod(securityContext={"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": ""}]}), 0, 32),
        (pod(securityContext={"sysctls": [{"name": "net.ipv4.tcp_fin_timeout", "value": ""}]}), 0, 29),
        (pod(securityContext={"sysctls": [{"name": "net.ipv4.ip_local_reserved_ports", "value": ""}]}), 0, 27),
    ],
)
def test_rules_come_and_go_with_versions(spec, since, until):
    for version in (*range(40), LATEST):
        wrong = since <= version and (until is None or version < until)
        assert bool(told(Level.RESTRICTED, spec, version)) is wrong, version


def test_unmasked_proc_in_a_user_namespace_is_baseline_since_35():
    found = pod({"procMount": "Unmasked"}, hostUsers=False)
    assert told(Level.BASELINE, found, 34)
    assert told(Level.BASELINE, found) == ""
    assert told(Level.RESTRICTED, found).startswith("procMount (")


def test_annotations():
    key = "container.apparmor.security.beta.kubernetes.io/a"
    assert told(Level.BASELINE, pod(), annotations={key: "localhost/x"}) == ""
    assert told(Level.BASELINE, pod(), annotations={key: "unconfined"}) == (
        f'forbidden AppArmor profile (annotation must not set AppArmor profile type to "{key}="unconfined"")'
    )
    old = {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}
    text = 'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")'
    assert told(Level.BASELINE, pod(), 18, old) == text
    assert told(Level.BASELINE, pod(), 19, old) == ""
