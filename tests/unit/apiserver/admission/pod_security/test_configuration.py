"""Upstream's configuration file."""

import pytest

from pykube.apiserver.admission.pod_security.configuration import parse, read
from pykube.apiserver.admission.pod_security.policy import Level, Policy, Standard
from pykube.apiserver.admission.pod_security.settings import PodSecuritySettings

WHOLE = """
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults:
      enforce: baseline
      enforce-version: v1.30
    exemptions:
      usernames: [root]
      namespaces: [kube-system]
"""


def test_the_whole_file():
    assert parse(WHOLE) == PodSecuritySettings(
        defaults=Policy(enforce=Standard(Level.BASELINE, 30)),
        exempt_users=frozenset({"root"}),
        exempt_namespaces=frozenset({"kube-system"}),
    )


def test_a_file_about_something_else():
    assert parse("kind: AdmissionConfiguration\nplugins: []") == PodSecuritySettings()


@pytest.mark.parametrize(
    "text", ["{", "[]", "kind: Pod", WHOLE.replace("baseline", "strict"), WHOLE.replace("v1.30", "30")]
)
def test_what_makes_no_sense(text):
    with pytest.raises(ValueError, match=r"configuration|must be"):
        parse(text)


def test_without_a_file(tmp_path):
    assert read(tmp_path / "admission.yaml") == PodSecuritySettings()
    (tmp_path / "admission.yaml").write_text(WHOLE)
    assert read(tmp_path / "admission.yaml") == parse(WHOLE)
