"""What the objects come to."""

import pytest

from pykube.api import flowcontrol_bootstrap as bootstrap
from pykube.apiserver.authn.user import User
from pykube.apiserver.flowcontrol.configuration import Configuration
from pykube.apiserver.flowcontrol.queues import Request
from pykube.apiserver.request import parse
from tests.fakes.flow_control import level, schema

ADMIN = User("admin", groups=("system:masters", "system:authenticated"))
ALICE = User("alice", groups=("system:authenticated",))
ANONYMOUS = User("system:anonymous", groups=("system:unauthenticated",))
KUBELET = User("system:node:n1", groups=("system:nodes", "system:authenticated"))
SCHEDULER = User("system:kube-scheduler", groups=("system:authenticated",))
ACCOUNT = User("system:serviceaccount:default:x", groups=("system:serviceaccounts", "system:authenticated"))
DNS = User("system:serviceaccount:kube-system:dns", groups=("system:serviceaccounts", "system:authenticated"))


def defaults(total=250):
    found = Configuration(total, 0.0)
    schemas = [*bootstrap.SUGGESTED_SCHEMAS.values(), *bootstrap.MANDATORY_SCHEMAS.values()]
    levels = [*bootstrap.SUGGESTED_LEVELS.values(), *bootstrap.MANDATORY_LEVELS.values()]
    found.digest(schemas, levels, 0.0)
    return found


def where(configuration, user, path, method="GET"):
    flow = configuration.classify(user, parse(method, path))
    return flow.schema.name, flow.level.name


@pytest.mark.parametrize(
    ("user", "path", "expected"),
    [
        (ADMIN, "/api/v1/pods", ("exempt", "exempt")),
        (ANONYMOUS, "/readyz", ("probes", "exempt")),
        (ANONYMOUS, "/livez/ping", ("probes", "exempt")),
        (ANONYMOUS, "/version", ("global-default", "global-default")),
        (ALICE, "/api/v1/pods", ("global-default", "global-default")),
        (KUBELET, "/api/v1/nodes/n1", ("system-node-high", "node-high")),
        (KUBELET, "/api/v1/pods", ("system-nodes", "system")),
        (
            KUBELET,
            "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1",
            ("system-node-high", "node-high"),
        ),
        (SCHEDULER, "/api/v1/pods", ("kube-scheduler", "workload-high")),
        (
            SCHEDULER,
            "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/s",
            ("system-leader-election", "leader-election"),
        ),
        (ACCOUNT, "/api/v1/pods", ("service-accounts", "workload-low")),
        (DNS, "/api/v1/services", ("kube-system-service-accounts", "workload-high")),
    ],
)
def test_default_objects_sort_requests(user, path, expected):
    assert where(defaults(), user, path) == expected


def test_mandatory_objects_are_there_without_any_object():
    configuration = Configuration(250, 0.0)
    assert where(configuration, ADMIN, "/api/v1/pods") == ("exempt", "exempt")
    assert where(configuration, ALICE, "/api/v1/pods") == ("catch-all", "catch-all")
    assert where(configuration, User("nobody"), "/api/v1/pods") == ("catch-all", "catch-all")


def test_seats_of_the_default_levels():
    found = {name: level.limits.nominal for name, level in defaults(600).levels.items()}
    assert found == {
        "exempt": 0,
        "catch-all": 13,
        "leader-election": 25,
        "global-default": 49,
        "node-high": 98,
        "system": 74,
        "workload-high": 98,
        "workload-low": 245,
    }


def test_all_seats_are_in_use_by_somebody():
    configuration = defaults()
    nominal = sum(level.limits.nominal for level in configuration.levels.values())
    assert sum(level.current for level in configuration.levels.values()) == pytest.approx(nominal, abs=4)


def test_users_are_flows_of_their_own():
    configuration = defaults()
    alice, again = (configuration.classify(ALICE, parse("GET", path)) for path in ("/api/v1/pods", "/version"))
    bob = configuration.classify(User("bob", groups=ALICE.groups), parse("GET", "/version"))
    assert alice.distinguisher == "alice"
    assert alice.hand == again.hand != bob.hand


def test_namespaces_may_be_flows():
    configuration = defaults()
    one, other = (configuration.classify(SCHEDULER, parse("GET", f"/api/v1/namespaces/{name}/pods")) for name in "ab")
    assert (one.distinguisher, other.distinguisher) == ("a", "b")
    assert one.hand != other.hand


def test_the_lower_number_goes_first_then_the_name():
    configuration = Configuration(100, 0.0)
    schemas = [schema("b", "l", "alice"), schema("c", "l", "alice", precedence=999), schema("a", "l", "alice")]
    configuration.digest(schemas, [level("l")], 0.0)
    assert [found.name for found in configuration.schemas] == ["exempt", "c", "a", "b", "catch-all"]


def test_a_schema_without_its_level_is_not_used():
    configuration = Configuration(100, 0.0)
    configuration.digest([schema("lost", "missing", "alice")], [], 0.0)
    assert where(configuration, ALICE, "/version") == ("catch-all", "catch-all")
    assert not configuration.has_level("missing")
    configuration.digest([schema("lost", "missing", "alice")], [level("missing")], 0.0)
    assert where(configuration, ALICE, "/version") == ("lost", "missing")


def test_a_level_that_is_deleted_drains():
    configuration = Configuration(100, 0.0)
    configuration.digest([schema("s", "l", "alice")], [level("l", queues=4)], 0.0)
    flow = configuration.classify(ALICE, parse("GET", "/version"))
    request = Request()
    flow.level.queue_set.arrive(request, flow.hand, 0.0)
    configuration.digest([schema("s", "l", "alice")], [], 1.0)
    assert configuration.levels["l"].leaving
    assert where(configuration, ALICE, "/version") == ("catch-all", "catch-all")
    configuration.adjust(2.0)
    assert "l" in configuration.levels
    flow.level.queue_set.finish(request, 3.0)
    configuration.adjust(4.0)
    assert "l" not in configuration.levels


def test_a_level_that_comes_back_goes_on():
    configuration = Configuration(100, 0.0)
    configuration.digest([], [level("l", queues=4)], 0.0)
    before = configuration.levels["l"]
    before.queue_set.arrive(Request(), (0,), 0.0)
    configuration.digest([], [], 1.0)
    configuration.digest([], [level("l", queues=8)], 2.0)
    assert configuration.levels["l"] is before
    assert not before.leaving
    assert len(before.queue_set.queues) == 8


def test_more_seats_let_waiting_requests_begin():
    configuration = Configuration(10, 0.0)
    configuration.digest([], [level("l", 1, queues=1), level("big", 1000)], 0.0)
    queue_set = configuration.levels["l"].queue_set
    requests = [Request(), Request()]
    for request in requests:
        queue_set.arrive(request, (0,), 0.0)
    assert configuration.digest([], [level("l", 1000, queues=1)], 1.0) == [requests[1]]


def test_borrowing():
    configuration = Configuration(100, 0.0)
    configuration.digest([], [level("busy", 50, queues=8), level("idle", 50, queues=8, lendable=80)], 0.0)
    busy = configuration.levels["busy"]
    for _ in range(90):
        busy.queue_set.arrive(Request(), (0,), 0.0)
    began = configuration.adjust(10.0)
    assert busy.current > busy.limits.nominal
    assert began
    assert configuration.levels["idle"].current >= configuration.levels["idle"].limits.least


def test_broken_objects_are_passed_over():
    configuration = Configuration(100, 0.0)
    broken = level("broken")
    broken.spec.type = "Exempt"
    configuration.digest([schema("s", "broken", "alice")], [broken], 0.0)
    assert where(configuration, ALICE, "/version") == ("catch-all", "catch-all")


def test_what_is_remembered_is_bounded():
    configuration = defaults()
    for number in range(10_000):
        configuration.classify(ALICE, parse("GET", f"/path/{number}"))
    assert len(configuration._flows) <= 4096
