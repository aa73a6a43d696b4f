"""Rules of flow schemas and priority levels."""

import pytest

from pykube.api import codec, defaults, validation
from pykube.api import flowcontrol_v1 as v1

SUBJECT = {"kind": "User", "user": {"name": "alice"}}
RESOURCES = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]}
PATHS = {"verbs": ["get"], "nonResourceURLs": ["/version"]}


def errors(cls, name, spec, *, old=None):
    document = {"metadata": {"name": name}, "spec": spec}
    found = codec.from_dict(cls, document)
    defaults.apply(found)
    return [str(error) for error in validation.validate_create(found)]


def schema(name="s", **changes):
    rule = {"subjects": [SUBJECT], "resourceRules": [RESOURCES], "nonResourceRules": [PATHS]}
    spec = {"priorityLevelConfiguration": {"name": "l"}, "matchingPrecedence": 7, "rules": [rule], **changes}
    return errors(v1.FlowSchema, name, spec)


def rule(**changes):
    base = {"subjects": [SUBJECT], "resourceRules": [RESOURCES], **changes}
    return schema(rules=[base])


def level(name="l", **limited):
    base = {"nominalConcurrencyShares": 5, "limitResponse": {"type": "Reject"}, **limited}
    return errors(v1.PriorityLevelConfiguration, name, {"type": "Limited", "limited": base})


def queuing(**numbers):
    return level(limitResponse={"type": "Queue", "queuing": numbers})


def test_what_is_right_is_right():
    assert schema() == []
    assert level() == []
    assert queuing(queues=128, handSize=6, queueLengthLimit=50) == []
    assert queuing() == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            schema(matchingPrecedence=-1),
            "spec.matchingPrecedence: Invalid value: -1: must be a positive value",
        ),
        (
            schema(matchingPrecedence=10001),
            "spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000",
        ),
        (
            schema(matchingPrecedence=1),
            "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
        ),
        (
            schema(priorityLevelConfiguration={"name": ""}),
            "spec.priorityLevelConfiguration.name: Required value: must reference a priority level",
        ),
        (
            rule(subjects=[]),
            "spec.rules[0].subjects: Required value: subjects must contain at least one value",
        ),
        (
            rule(resourceRules=[]),
            "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty",
        ),
        (
            rule(subjects=[{"kind": "User"}]),
            "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
        ),
        (
            rule(subjects=[{**SUBJECT, "group": {"name": "g"}}]),
            "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
        ),
        (
            rule(nonResourceRules=[{"verbs": ["get"], "nonResourceURLs": ["/a*"]}]),
            'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*":'
            " wildcard can only do suffix matching",
        ),
        (
            level(lendablePercent=101),
            "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
        ),
        (
            level(nominalConcurrencyShares=-1),
            "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
        ),
        (
            level(limitResponse={"type": "Queue"}),
            "spec.limited.limitResponse.queuing: Required value:"
            " must not be empty if limited.limitResponse.type is Limited",
        ),
        (
            queuing(queues=4, handSize=5),
            "spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)",
        ),
        (
            queuing(queues=128, handSize=10),
            "spec.limited.limitResponse.queuing.handSize: Invalid value: 10:"
            " required entropy bits of deckSize 128 and handSize 10 should not be greater than 60",
        ),
    ],
)
def test_what_is_wrong_is_named(found, expected):
    assert expected in found


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (schema("catch-all", matchingPrecedence=10000), "spec of 'catch-all' must equal the fixed value"),
        (schema("exempt", matchingPrecedence=1), "spec of 'exempt' must equal the fixed value"),
        (level("catch-all", nominalConcurrencyShares=6), "spec of 'catch-all' must equal the fixed value"),
        (
            level("exempt"),
            "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value",
        ),
    ],
)
def test_mandatory_objects_cannot_be_changed(found, expected):
    assert found[-1].endswith(expected)


def test_the_exempt_level_may_have_shares():
    spec = {"type": "Exempt", "exempt": {"nominalConcurrencyShares": 10, "lendablePercent": 50}}
    assert errors(v1.PriorityLevelConfiguration, "exempt", spec) == []
    assert errors(v1.PriorityLevelConfiguration, "other", spec) == [
        "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"
    ]


def test_conditions_have_types_of_their_own():
    old = codec.from_dict(v1.FlowSchema, {"metadata": {"name": "s", "resourceVersion": "1"}})
    new = codec.copy(old)
    new.status.conditions = [v1.FlowSchemaCondition(type=kind) for kind in ("A", "A", "")]
    assert [str(error) for error in validation.validate_status_update(new, old)] == [
        'status.conditions[1].type: Duplicate value: "A"',
        "status.conditions[2].type: Required value",
    ]


def test_defaults():
    found = codec.from_dict(v1.FlowSchema, {"metadata": {"name": "s"}})
    defaults.apply(found)
    assert found.spec.matching_precedence == 1000
    spec = {"type": "Limited", "limited": {"limitResponse": {"type": "Queue", "queuing": {}}}}
    other = codec.from_dict(v1.PriorityLevelConfiguration, {"metadata": {"name": "l"}, "spec": spec})
    defaults.apply(other)
    limited = other.spec.limited
    assert limited is not None
    assert limited.limit_response.queuing is not None
    queues = limited.limit_response.queuing
    assert (limited.nominal_concurrency_shares, limited.lendable_percent) == (30, 0)
    assert (queues.queues, queues.hand_size, queues.queue_length_limit) == (64, 8, 50)
