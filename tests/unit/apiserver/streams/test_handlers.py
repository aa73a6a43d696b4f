"""Subresources that lead to agents and pods, end to end: client, server, agent, all on the loopback."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from pykube.api import codec, core_v1, scheme
from pykube.apiserver.admission import Chain
from pykube.apiserver.authn import User
from pykube.apiserver.authz import Decision
from pykube.apiserver.request import Context, parse
from pykube.apiserver.streams import Streams, agent_tls
from pykube.apiserver.streams.handlers import split_proxy_path
from pykube.apiserver.streams.html_links import rewritten
from pykube.apiserver.write import Operation
from pykube.errors import ApiError, Forbidden, NotFound
from tests.fakes.loopback import Certificates, http_server

BASE = "/api/v1/namespaces/n/pods"


class Objects:
    """The part of a registry that streams read."""

    def __init__(self):
        self.present = {}
        self.admission = Chain()

    def put(self, cls, name, namespace="", **parts):
        data = {"metadata": {"name": name, "namespace": namespace}, **parts}
        self.present[cls, name, namespace] = codec.from_dict(cls, data)

    def find(self, cls, name, namespace=""):
        return self.present.get((cls, name, namespace))

    def get(self, cls, name, namespace=""):
        if (found := self.find(cls, name, namespace)) is None:
            raise NotFound(f'{cls.__name__.lower()}s "{name}" not found')
        return found


class Agent:
    """Answers logs, and everything else with what it was asked."""

    def __init__(self):
        self.more = asyncio.Event()
        self.paths = []

    async def __call__(self, request):
        self.paths.append(request.raw_path)
        if request.path.startswith("/containerLogs/n/web/a"):
            response = web.StreamResponse(headers={"Content-Type": "text/plain"})
            await response.prepare(request)
            await response.write(b"one\n")
            if "follow" in request.query:
                await self.more.wait()
                await response.write(b"two\n")
            return response
        if request.path.startswith("/containerLogs/n/web/b"):
            return web.Response(status=400, text='container "b" in pod "web" is waiting to start: ContainerCreating')
        if request.path == "/page":
            return web.Response(text='<a href="/rewriteme">x</a>', content_type="text/html")
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        body = await request.read()
        return web.json_response(
            {
                "method": request.method,
                "path": request.raw_path,
                "body": body.decode(),
                "authorization": request.headers.get("Authorization"),
            }
        )


def reader_only(attributes):
    return Decision(attributes.verb == "get")


class Authorizer:
    async def authorize(self, attributes):
        return reader_only(attributes)


@pytest.fixture
def certificates(tmp_path):
    return Certificates(tmp_path)


@asynccontextmanager
async def cluster(certificates, *, authorizer=None, plugins=()):
    """A server in front of one node with one agent; gives the agent and a function that asks."""
    agent, objects = Agent(), Objects()
    objects.admission.mutating.extend(plugins)
    streams = Streams(agent_tls(certificates.ca_file, *certificates.pair("kubelet-client")), authorizer)

    async def front(request):
        info = parse(request.method, request.raw_path)
        ctx = Context(info, request, objects, User("alice"))
        resource = scheme.by_plural("", "v1", info.resource)
        try:
            return await streams.verbs["", info.resource, info.subresource](ctx, resource)
        except ApiError as error:
            return web.json_response(error.status(), status=error.code)

    async with (
        http_server(agent, certificates.server_context()) as port,
        http_server(agent) as plain,
        http_server(front) as served,
        aiohttp.ClientSession(base_url=f"http://127.0.0.1:{served}") as session,
    ):
        put_objects(objects, port, plain)
        try:
            yield agent, session
        finally:
            await streams.close()


def put_objects(objects, agent_port, plain_port):
    objects.put(
        core_v1.Node,
        "n1",
        status={
            "addresses": [{"type": "Hostname", "address": "n1"}, {"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": agent_port}},
        },
    )
    containers = [{"name": "a"}, {"name": "b"}]
    objects.put(core_v1.Pod, "web", "n", spec={"nodeName": "n1", "containers": containers})
    objects.put(core_v1.Pod, "new", "n", spec={"containers": [{"name": "a"}]})
    target = {"kind": "Pod", "name": "web"}
    objects.put(core_v1.Service, "svc", "n", spec={"ports": [{"name": "http", "port": 80}]})
    objects.put(core_v1.Service, "empty", "n", spec={"ports": [{"port": 80}]})
    objects.put(
        core_v1.Endpoints,
        "svc",
        "n",
        subsets=[
            {
                "addresses": [{"ip": "127.0.0.1", "targetRef": target}],
                "ports": [{"name": "http", "port": plain_port}],
            }
        ],
    )


def run(certificates, path, method="GET", **more):
    """Status, headers and text of one answer."""

    async def story():
        async with (
            cluster(certificates) as (_, session),
            session.request(method, path, allow_redirects=False, **more) as answer,
        ):
            return answer.status, answer.headers, await answer.text()

    return asyncio.run(story())


def message(answer):
    return codec.decode(dict, answer[2])["message"]


def test_a_log(certificates):
    status, headers, text = run(certificates, f"{BASE}/web/log?container=a")
    assert (status, headers["Content-Type"], text) == (200, "text/plain", "one\n")


def test_a_followed_log_comes_as_it_grows(certificates):
    async def story():
        async with (
            cluster(certificates) as (agent, session),
            session.get(f"{BASE}/web/log?container=a&follow=true&tailLines=1") as answer,
        ):
            first = await answer.content.readline()
            agent.more.set()
            return first, await answer.content.readline(), agent.paths

    first, second, paths = asyncio.run(story())
    assert (first, second) == (b"one\n", b"two\n")
    assert paths == ["/containerLogs/n/web/a?follow=true&tailLines=1&stream=All"]


def test_a_log_over_websocket(certificates):
    async def story(*protocols):
        async with (
            cluster(certificates) as (_, session),
            session.ws_connect(f"{BASE}/web/log?container=a", protocols=protocols) as socket,
        ):
            return [message.data async for message in socket]

    assert asyncio.run(story("binary.k8s.io")) == [b"one\n"]
    assert asyncio.run(story()) == [b"one\n"]
    assert asyncio.run(story("base64.binary.k8s.io")) == ["b25lCg=="]


def test_the_agents_refusal_of_a_log(certificates):
    answer = run(certificates, f"{BASE}/web/log?container=b")
    assert answer[0] == 400
    assert message(answer) == 'container "b" in pod "web" is waiting to start: ContainerCreating'


@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        (f"{BASE}/web/log", 400, "a container name must be specified for pod web, choose one of: [a b]"),
        (f"{BASE}/none/log", 404, 'pods "none" not found'),
        (f"{BASE}/new/exec?command=ls", 400, "pod new does not have a host assigned"),
        (f"{BASE}/web/exec?container=a&command=ls", 400, "Upgrade request required"),
        ("/api/v1/namespaces/n/services/empty:80/proxy/", 503, 'no endpoints available for service "empty"'),
        ("/api/v1/namespaces/n/services/svc:81/proxy/", 503, 'no service port 81 found for service "svc"'),
        ("/api/v1/namespaces/n/services/a:b:c:d/proxy/", 400, 'invalid service request "a:b:c:d"'),
        (f"{BASE}/web/proxy/", 400, "address not allowed"),
    ],
)
def test_refusals(certificates, path, code, text):
    answer = run(certificates, path)
    assert (answer[0], message(answer)) == (code, text)


def test_an_unscheduled_pods_log_is_empty(certificates):
    assert run(certificates, f"{BASE}/new/log")[::2] == (200, "")


def test_a_service_proxy_passes_all_but_the_credentials(certificates):
    path = "/api/v1/namespaces/n/services/svc:http/proxy/a%2Fb/?q=1%202"
    status, _, text = run(certificates, path, "POST", data=b"body", headers={"Authorization": "Bearer secret"})
    assert status == 200
    assert codec.decode(dict, text) == {
        "method": "POST",
        "path": "/a%2Fb/?q=1%202",
        "body": "body",
        "authorization": None,
    }


def test_a_proxied_page_keeps_its_links(certificates):
    prefix = "/api/v1/namespaces/n/services/svc:80/proxy"
    assert run(certificates, f"{prefix}/page")[2] == f'<a href="{prefix}/rewriteme">x</a>'
    assert run(certificates, f"{prefix}/moved")[1]["Location"] == f"{prefix}/elsewhere"
    status, headers, _ = run(certificates, f"{prefix}?a=1")
    assert (status, headers["Location"]) == (301, f"{prefix}/?a=1")


def test_a_node_proxy_leads_to_the_agent(certificates):
    status, _, text = run(certificates, "/api/v1/nodes/n1/proxy/metrics")
    assert status == 200
    assert codec.decode(dict, text)["path"] == "/metrics"


def test_reading_is_not_enough_to_get_into_a_pod(certificates):
    async def story():
        async with (
            cluster(certificates, authorizer=Authorizer()) as (_, session),
            session.get(f"{BASE}/web/exec?container=a&command=sh") as answer,
        ):
            return answer.status, (await answer.json())["message"]

    status, text = asyncio.run(story())
    assert status == 403
    assert text == (
        'pods "web" is forbidden: User "alice" cannot create resource "pods/exec" in API group "" in the namespace "n"'
    )


UPGRADE = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}


@pytest.mark.parametrize(
    ("path", "kind", "options"),
    [
        (
            f"{BASE}/web/exec?container=a&command=ls&command=-l&stdout=true&tty=0",
            "PodExecOptions",
            {"stdout": True, "container": "a", "command": ["ls", "-l"]},
        ),
        (f"{BASE}/web/attach?container=a&stdin=1", "PodAttachOptions", {"stdin": True, "container": "a"}),
        (f"{BASE}/web/portforward?ports=80,81", "PodPortForwardOptions", {"ports": [80, 81]}),
        (f"{BASE}/web/proxy/a/b", "PodProxyOptions", {"path": "a/b"}),
        ("/api/v1/namespaces/n/services/svc:80/proxy/", "ServiceProxyOptions", {}),
        ("/api/v1/nodes/n1/proxy/metrics", "NodeProxyOptions", {"path": "metrics"}),
    ],
)
def test_admission_is_asked_about_connections(certificates, path, kind, options):
    seen = []

    async def refuse(write):
        seen.append(write)
        raise Forbidden("not now")

    async def story():
        async with (
            cluster(certificates, plugins=[refuse]) as (_, session),
            session.post(path, headers=UPGRADE) as answer,
        ):
            return answer.status, (await answer.json())["message"]

    assert asyncio.run(story()) == (403, "not now")
    [write] = seen
    assert (write.operation, write.kind) == (Operation.CONNECT, ("", "v1", kind))
    assert write.object == {"kind": kind, "apiVersion": "v1", **options}


def test_admission_may_change_what_is_run(certificates):
    async def change(write):
        write.object = {**write.object, "command": ["true"], "tty": True}

    async def story():
        async with (
            cluster(certificates, plugins=[change]) as (_, session),
            session.post(f"{BASE}/web/exec?container=a&command=sh&stdin=1", headers=UPGRADE) as answer,
        ):
            return (await answer.json())["path"]

    assert asyncio.run(story()) == "/exec/n/web/a?input=1&tty=1&command=true"


def test_paths_are_cut_where_the_proxy_begins():
    assert split_proxy_path("/api/v1/nodes/n/proxy", namespaced=False) == ("/api/v1/nodes/n/proxy", "", "")
    assert split_proxy_path("/api/v1/nodes/n/proxy/", namespaced=False)[1] == "/"
    found = split_proxy_path("/api/v1/namespaces/n/pods/p:80/proxy/a//b?x=1", namespaced=True)
    assert found == ("/api/v1/namespaces/n/pods/p:80/proxy", "/a//b", "?x=1")


def test_only_absolute_links_are_rewritten():
    page = b"""<img src='/a.png?x#y'><a href="b">b</a><a href="http://other/c">c</a><a href="http://pod:80/d">d</a>"""
    assert rewritten(page, "/p", "pod:80") == (
        b"""<img src='/p/a.png?x#y'><a href="b">b</a><a href="http://other/c">c</a><a href="/p/d">d</a>"""
    )
