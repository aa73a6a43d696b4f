"""Writes that no policy is asked about.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/generic/plugin.go; pkg/kubeapiserver/admission/exclusion.
"""

from __future__ import annotations

from typing import Final

from ...write import Write

_EXEMPT: Final = frozenset(
    {
        # Otherwise a policy could forbid its own repair.
        ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
        ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"),
        # Nobody could get in any more.
        ("authentication.k8s.io", "selfsubjectreviews"),
        ("authentication.k8s.io", "tokenreviews"),
        ("authorization.k8s.io", "localsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectrulesreviews"),
        ("authorization.k8s.io", "subjectaccessreviews"),
    }
)


def is_exempt(write: Write) -> bool:
    """Whether the write is none of the policies' business."""
    return (write.resource.group, write.resource.plural) in _EXEMPT
