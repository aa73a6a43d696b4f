"""Which container is meant, and what the agent is asked with; refusals in upstream's words."""

import pytest

from pykube.api import codec, core_v1
from pykube.apiserver.request import parse_query
from pykube.apiserver.streams import pods
from pykube.errors import BadRequest, Invalid


def pod(*names, init=()):
    spec = {"containers": [{"name": name} for name in names], "initContainers": [{"name": name} for name in init]}
    return codec.from_dict(core_v1.Pod, {"metadata": {"name": "x", "namespace": "n"}, "spec": spec})


def test_the_only_container_need_not_be_named():
    assert pods.chosen_container(pod("a"), "") == "a"
    assert pods.chosen_container(pod("a", init=["i"]), "") == "a"
    assert pods.chosen_container(pod("a", init=["i"]), "i") == "i"


@pytest.mark.parametrize(
    ("item", "name", "message"),
    [
        (pod("a", "b"), "", "a container name must be specified for pod x, choose one of: [a b]"),
        (pod("a", "b", init=["i"]), "", "a container name must be specified for pod x, choose one of: [i a b]"),
        (pod("a"), "z", "container z is not valid for pod x"),
        (pod(), "", "a container name must be specified for pod x"),
    ],
)
def test_refusals(item, name, message):
    with pytest.raises(BadRequest) as caught:
        pods.chosen_container(item, name)
    assert str(caught.value) == message


def test_what_exec_asks_the_agent():
    query = parse_query("command=sh&command=-c&command=echo+1&stdin=true&stdout=1&stderr=false&tty=&container=a")
    assert pods.exec_query(query) == [
        ("input", "1"),
        ("output", "1"),
        ("tty", "1"),
        ("command", "sh"),
        ("command", "-c"),
        ("command", "echo 1"),
    ]


def test_what_port_forward_asks_the_agent():
    assert pods.port_forward_query(parse_query("ports=80&ports=81,82")) == [("port", "80,81,82")]
    assert pods.port_forward_query(parse_query("")) == []
    with pytest.raises(BadRequest):
        pods.port_forward_query(parse_query("ports=http"))


def test_what_a_log_asks_the_agent():
    query = parse_query("follow=true&previous=false&tailLines=5&sinceSeconds=60&limitBytes=100&timestamps=1")
    assert pods.log_query(query, "x") == [
        ("follow", "true"),
        ("timestamps", "true"),
        ("sinceSeconds", "60"),
        ("tailLines", "5"),
        ("limitBytes", "100"),
        ("stream", "All"),
    ]
    assert ("sinceTime", "2026-01-01T00:00:00Z") in pods.log_query(parse_query("sinceTime=2026-01-01T00:00:00Z"), "x")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "tailLines=-1",
            'PodLogOptions "x" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
        ),
        ("limitBytes=0", 'PodLogOptions "x" is invalid: limitBytes: Invalid value: 0: must be greater than 0'),
        ("sinceSeconds=0", 'PodLogOptions "x" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'),
    ],
)
def test_log_options_that_make_no_sense(query, message):
    with pytest.raises(Invalid) as caught:
        pods.log_query(parse_query(query), "x")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "query",
    ["sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z", "stream=Nothing", "stream=Stdout&tailLines=3"],
)
def test_log_options_that_contradict(query):
    with pytest.raises(Invalid):
        pods.log_query(parse_query(query), "x")


@pytest.mark.parametrize("query", ["tailLines=many", "sinceTime=yesterday"])
def test_log_options_that_cannot_be_read(query):
    with pytest.raises(BadRequest):
        pods.log_query(parse_query(query), "x")
