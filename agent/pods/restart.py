"""Whether a container that has ended is started again: the pod's policy, the container's own, and its rules."""

from __future__ import annotations

from pykube.api import core_v1


def restarts(container: core_v1.Container, spec: core_v1.PodSpec, exit_code: int) -> bool:
    """Rules by exit code come first, then the container's policy, then the pod's (KEP-5307)."""
    if container.restart_policy is not None:
        for rule in container.restart_policy_rules:
            if rule.exit_codes is not None and _matches(rule.exit_codes, exit_code):
                return rule.action in ("Restart", "RestartAllContainers")
    policy = container.restart_policy or spec.restart_policy or "Always"
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)


def _matches(rule: core_v1.ContainerRestartRuleOnExitCodes, exit_code: int) -> bool:
    return (exit_code in rule.values) == (rule.operator == "In")
