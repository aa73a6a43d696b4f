"""The plugins of this room, and their places among the others."""

from __future__ import annotations

from ...authz.authorizer import Authorizer
from .. import Chain
from .metrics import PolicyMetrics
from .mutating import MutatingAdmissionPolicies
from .param_access import ParamAccess
from .validating import ValidatingAdmissionPolicies


def install(chain: Chain, authorizer: Authorizer) -> PolicyMetrics:
    """Add the plugins: after all that is built in, before the webhooks; answers what counts their decisions."""
    metrics = PolicyMetrics()
    chain.validating.append(ParamAccess(authorizer))
    chain.add("MutatingAdmissionPolicy", mutating=MutatingAdmissionPolicies(authorizer, metrics))
    chain.add("ValidatingAdmissionPolicy", validating=ValidatingAdmissionPolicies(authorizer, metrics))
    return metrics
