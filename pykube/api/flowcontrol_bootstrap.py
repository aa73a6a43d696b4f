"""The flow schemas and priority levels that every cluster has.

The mandatory ones cannot be changed (validation sees to that) and the API server works by them even when they are
missing; the suggested ones are put there and kept up to date until somebody says otherwise.
Source: k8s.io/apiserver apis/flowcontrol/bootstrap of v1.36.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import flowcontrol_v1 as v1
from . import meta_v1

AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec"
"""The annotation that says whether the API server keeps an object as it is here."""

EXEMPT = "exempt"
CATCH_ALL = "catch-all"

_EVERYTHING = ["*"]
_EVERYBODY = ("system:unauthenticated", "system:authenticated")
_BY_USER = "ByUser"
_BY_NAMESPACE = "ByNamespace"

_LEVELS = (
    # name, shares, lendable percent, queues, hand size
    ("system", 30, 33, 64, 6),
    ("node-high", 40, 25, 64, 6),
    ("leader-election", 10, 0, 16, 4),
    ("workload-high", 40, 50, 128, 6),
    ("workload-low", 100, 90, 128, 6),
    ("global-default", 20, 50, 128, 6),
)
_QUEUE_LENGTH = 50


def _metadata(name: str) -> meta_v1.ObjectMeta:
    return meta_v1.ObjectMeta(name=name, annotations={AUTO_UPDATE: "true"})


def _level(name: str, shares: int, lendable: int, queues: int, hand_size: int) -> v1.PriorityLevelConfiguration:
    queuing = v1.QueuingConfiguration(queues=queues, hand_size=hand_size, queue_length_limit=_QUEUE_LENGTH)
    response = v1.LimitResponse(type="Queue", queuing=queuing)
    limited = v1.LimitedPriorityLevelConfiguration(
        nominal_concurrency_shares=shares, lendable_percent=lendable, limit_response=response
    )
    spec = v1.PriorityLevelConfigurationSpec(type="Limited", limited=limited)
    return v1.PriorityLevelConfiguration(metadata=_metadata(name), spec=spec)


def _exempt() -> v1.PriorityLevelConfiguration:
    exempt = v1.ExemptPriorityLevelConfiguration(nominal_concurrency_shares=0, lendable_percent=0)
    spec = v1.PriorityLevelConfigurationSpec(type="Exempt", exempt=exempt)
    return v1.PriorityLevelConfiguration(metadata=_metadata(EXEMPT), spec=spec)


def _catch_all() -> v1.PriorityLevelConfiguration:
    limited = v1.LimitedPriorityLevelConfiguration(
        nominal_concurrency_shares=5, lendable_percent=0, limit_response=v1.LimitResponse(type="Reject")
    )
    spec = v1.PriorityLevelConfigurationSpec(type="Limited", limited=limited)
    return v1.PriorityLevelConfiguration(metadata=_metadata(CATCH_ALL), spec=spec)


def _groups(*names: str) -> list[v1.Subject]:
    return [v1.Subject(kind="Group", group=v1.GroupSubject(name=name)) for name in names]


def _users(*names: str) -> list[v1.Subject]:
    return [v1.Subject(kind="User", user=v1.UserSubject(name=name)) for name in names]


def _kube_system_accounts() -> list[v1.Subject]:
    account = v1.ServiceAccountSubject(namespace="kube-system", name="*")
    return [v1.Subject(kind="ServiceAccount", service_account=account)]


def _objects(
    verbs: Sequence[str], group: str, resources: Sequence[str], *, cluster_scope: bool
) -> v1.ResourcePolicyRule:
    return v1.ResourcePolicyRule(
        verbs=list(verbs),
        api_groups=[group],
        resources=list(resources),
        namespaces=["*"],
        cluster_scope=cluster_scope,
    )


def _anything(subjects: list[v1.Subject]) -> v1.PolicyRulesWithSubjects:
    """Whatever these subjects do."""
    return v1.PolicyRulesWithSubjects(
        subjects=subjects,
        resource_rules=[_objects(_EVERYTHING, "*", _EVERYTHING, cluster_scope=True)],
        non_resource_rules=[v1.NonResourcePolicyRule(verbs=["*"], non_resource_urls=["*"])],
    )


def _schema(
    name: str, level: str, precedence: int, distinguisher: str, rule: v1.PolicyRulesWithSubjects
) -> v1.FlowSchema:
    spec = v1.FlowSchemaSpec(
        priority_level_configuration=v1.PriorityLevelConfigurationReference(name=level),
        matching_precedence=precedence,
        distinguisher_method=v1.FlowDistinguisherMethod(type=distinguisher) if distinguisher else None,
        rules=[rule],
    )
    return v1.FlowSchema(metadata=_metadata(name), spec=spec)


def _probes() -> v1.PolicyRulesWithSubjects:
    urls = ["/healthz", "/readyz", "/livez"]
    return v1.PolicyRulesWithSubjects(
        subjects=_groups(*_EVERYBODY),
        non_resource_rules=[v1.NonResourcePolicyRule(verbs=["get"], non_resource_urls=urls)],
    )


def _leader_election() -> v1.PolicyRulesWithSubjects:
    subjects = [*_users("system:kube-controller-manager", "system:kube-scheduler"), *_kube_system_accounts()]
    rule = _objects(["get", "create", "update"], "coordination.k8s.io", ["leases"], cluster_scope=False)
    return v1.PolicyRulesWithSubjects(subjects=subjects, resource_rules=[rule])


def _node_health() -> v1.PolicyRulesWithSubjects:
    rules = [
        _objects(_EVERYTHING, "", ["nodes", "nodes/status"], cluster_scope=True),
        _objects(_EVERYTHING, "coordination.k8s.io", ["leases"], cluster_scope=False),
    ]
    return v1.PolicyRulesWithSubjects(subjects=_groups("system:nodes"), resource_rules=rules)


MANDATORY_LEVELS: Mapping[str, v1.PriorityLevelConfiguration] = {
    level.metadata.name: level for level in (_exempt(), _catch_all())
}

SUGGESTED_LEVELS: Mapping[str, v1.PriorityLevelConfiguration] = {row[0]: _level(*row) for row in _LEVELS}

MANDATORY_SCHEMAS: Mapping[str, v1.FlowSchema] = {
    schema.metadata.name: schema
    for schema in (
        _schema(EXEMPT, EXEMPT, 1, "", _anything(_groups("system:masters"))),
        _schema(CATCH_ALL, CATCH_ALL, 10000, _BY_USER, _anything(_groups(*_EVERYBODY))),
    )
}

SUGGESTED_SCHEMAS: Mapping[str, v1.FlowSchema] = {
    schema.metadata.name: schema
    for schema in (
        _schema("probes", EXEMPT, 2, "", _probes()),
        _schema("system-leader-election", "leader-election", 100, _BY_USER, _leader_election()),
        _schema("system-node-high", "node-high", 400, _BY_USER, _node_health()),
        _schema("system-nodes", "system", 500, _BY_USER, _anything(_groups("system:nodes"))),
        _schema(
            "kube-controller-manager",
            "workload-high",
            800,
            _BY_NAMESPACE,
            _anything(_users("system:kube-controller-manager")),
        ),
        _schema("kube-scheduler", "workload-high", 800, _BY_NAMESPACE, _anything(_users("system:kube-scheduler"))),
        _schema(
            "kube-system-service-accounts", "workload-high", 900, _BY_NAMESPACE, _anything(_kube_system_accounts())
        ),
        _schema("service-accounts", "workload-low", 9000, _BY_USER, _anything(_groups("system:serviceaccounts"))),
        _schema("global-default", "global-default", 9900, _BY_USER, _anything(_groups(*_EVERYBODY))),
    )
}
