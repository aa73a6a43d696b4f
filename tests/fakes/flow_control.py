"""Objects of flow control for tests."""

from pykube.api import flowcontrol_v1 as v1
from pykube.api import meta_v1


def level(name, shares=30, *, queues=0, hand=1, length=50, lendable=0, borrowing=None, uid=""):
    queuing = v1.QueuingConfiguration(queues=queues, hand_size=hand, queue_length_limit=length) if queues else None
    response = v1.LimitResponse(type="Queue" if queues else "Reject", queuing=queuing)
    limited = v1.LimitedPriorityLevelConfiguration(
        nominal_concurrency_shares=shares,
        lendable_percent=lendable,
        borrowing_limit_percent=borrowing,
        limit_response=response,
    )
    spec = v1.PriorityLevelConfigurationSpec(type="Limited", limited=limited)
    return v1.PriorityLevelConfiguration(metadata=meta_v1.ObjectMeta(name=name, uid=uid or f"uid-{name}"), spec=spec)


def schema(name, level, *users, precedence=1000, by="ByUser"):
    """Whatever `users` ask of objects and of paths."""
    rule = v1.PolicyRulesWithSubjects(
        subjects=[v1.Subject(kind="User", user=v1.UserSubject(name=user)) for user in users],
        resource_rules=[
            v1.ResourcePolicyRule(verbs=["*"], api_groups=["*"], resources=["*"], namespaces=["*"], cluster_scope=True)
        ],
        non_resource_rules=[v1.NonResourcePolicyRule(verbs=["*"], non_resource_urls=["*"])],
    )
    spec = v1.FlowSchemaSpec(
        priority_level_configuration=v1.PriorityLevelConfigurationReference(name=level),
        matching_precedence=precedence,
        distinguisher_method=v1.FlowDistinguisherMethod(type=by) if by else None,
        rules=[rule],
    )
    return v1.FlowSchema(metadata=meta_v1.ObjectMeta(name=name, uid=f"uid-{name}"), spec=spec)
