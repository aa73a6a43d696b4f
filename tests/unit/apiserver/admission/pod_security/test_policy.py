"""What labels of a namespace ask for."""

import pytest

from pykube.apiserver.admission.pod_security.policy import LATEST, Level, Policy, Standard, policy_of

B, R = Level.BASELINE, Level.RESTRICTED


def labels(**modes):
    return {f"pod-security.kubernetes.io/{mode.replace('_', '-')}": value for mode, value in modes.items()}


@pytest.mark.parametrize(
    ("asked", "policy"),
    [
        ({}, Policy()),
        (labels(enforce="baseline"), Policy(enforce=Standard(B), warn=Standard(B))),
        (labels(enforce="baseline", enforce_version="v1.30"), Policy(enforce=Standard(B, 30), warn=Standard(B, 30))),
        (labels(enforce="restricted", warn="baseline"), Policy(enforce=Standard(R), warn=Standard(B))),
        (labels(enforce="restricted", warn_version="v1.2"), Policy(enforce=Standard(R), warn=Standard(R, 2))),
        (labels(audit="restricted", audit_version="latest"), Policy(audit=Standard(R, LATEST))),
    ],
)
def test_labels(asked, policy):
    assert policy_of(asked) == (policy, [])


def test_defaults_of_the_server_fill_in():
    defaults = Policy(enforce=Standard(B), warn=Standard(R))
    assert policy_of({}, defaults)[0] == defaults
    assert policy_of(labels(enforce="privileged"), defaults)[0] == Policy(warn=Standard(R))


def test_what_makes_no_sense_is_enforced_strictly_and_told():
    policy, wrong = policy_of(labels(enforce="strict", audit="x", warn="y", enforce_version="1.2"))
    assert policy == Policy(enforce=Standard(R))
    assert [str(each) for each in wrong] == [
        'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": '
        "must be one of privileged, baseline, restricted",
        'metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: "1.2": must be "latest" or "v1.x"',
        'metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "x": '
        "must be one of privileged, baseline, restricted",
        'metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "y": '
        "must be one of privileged, baseline, restricted",
    ]


def test_how_a_standard_is_written():
    assert str(Standard(R)) == "restricted:latest"
    assert str(Standard(B, 29)) == "baseline:v1.29"
