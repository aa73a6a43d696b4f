"""Security contexts in the runtime's words."""

from __future__ import annotations

import pytest

from agent.cri import api_pb2 as pb
from agent.pods.env import ConfigError
from agent.pods.security import container_security, namespaces, sandbox_security
from pykube.api import core_v1

ROOT = pb.Image(id="i", uid=pb.Int64Value(value=0))


def pod(**spec: object) -> core_v1.Pod:
    found = core_v1.Pod(spec=core_v1.PodSpec(containers=[core_v1.Container(name="c")], **spec))  # type: ignore[arg-type]
    found.metadata.name, found.metadata.namespace, found.metadata.uid = "web", "default", "u1"
    return found


def secured(**fields: object) -> core_v1.Container:
    return core_v1.Container(name="c", security_context=core_v1.SecurityContext(**fields))  # type: ignore[arg-type]


def test_container_wins_over_pod() -> None:
    whole = core_v1.PodSecurityContext(run_as_user=1, run_as_group=2, fs_group=3, supplemental_groups=[4])
    found = container_security(pod(security_context=whole), secured(run_as_user=9), ROOT)
    assert (found.run_as_user.value, found.run_as_group.value) == (9, 2)
    assert list(found.supplemental_groups) == [4, 3]


@pytest.mark.parametrize(
    ("container", "image", "said"),
    [
        (secured(), ROOT, "container has runAsNonRoot and image will run as root"),
        (secured(run_as_user=0), ROOT, "container's runAsUser breaks non-root policy"),
        (secured(), pb.Image(username="app"), r"image has non-numeric user \(app\), cannot verify user is non-root"),
    ],
)
def test_root_is_refused(container: core_v1.Container, image: pb.Image, said: str) -> None:
    whole = core_v1.PodSecurityContext(run_as_non_root=True)
    with pytest.raises(ConfigError, match=said):
        container_security(pod(security_context=whole), container, image)


def test_capabilities_and_privileges() -> None:
    own = secured(capabilities=core_v1.Capabilities(add=["NET_ADMIN"], drop=["ALL"]), allow_privilege_escalation=False)
    found = container_security(pod(), own, ROOT)
    assert list(found.capabilities.add_capabilities) == ["NET_ADMIN"]
    assert found.no_new_privs
    assert "/proc/kcore" in found.masked_paths
    assert not container_security(pod(), secured(proc_mount="Unmasked"), ROOT).masked_paths


def test_seccomp() -> None:
    profile = core_v1.SeccompProfile(type="Localhost", localhost_profile="my/profile.json")
    found = container_security(pod(), secured(seccomp_profile=profile), ROOT)
    assert found.seccomp.localhost_ref.endswith("/my/profile.json")
    assert container_security(pod(), secured(), ROOT).seccomp.profile_type == pb.SecurityProfile.Unconfined


def test_namespaces() -> None:
    shared = namespaces(pod(share_process_namespace=True, host_network=True))
    assert (shared.pid, shared.network) == (pb.NamespaceMode.POD, pb.NamespaceMode.NODE)
    assert namespaces(pod(), "target").target_id == "target"


def test_sandbox_is_privileged_if_a_container_is() -> None:
    subject = pod()
    subject.spec.containers = [secured(privileged=True)]
    assert sandbox_security(subject).privileged
