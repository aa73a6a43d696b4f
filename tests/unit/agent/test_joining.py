"""A host joins by a token: a real API server over TLS, the controllers that decide, and the agent's part."""

import asyncio
import base64
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from aiohttp import web
from cryptography import x509

from agent import bootstrap
from agent.bootstrap import Untrusted, join
from agent.certificate_requests import Refused
from agent.certificates import NodeCertificates
from agent.trust import Trust, fingerprints
from pykube import errors
from pykube.aio.clock import SystemClock
from pykube.api import core_v1, meta_v1
from pykube.apiserver import app
from pykube.apiserver.authn.user import MASTERS, User
from pykube.client.config import ClientConfig, ConfigError
from pykube.client.informer import InformerSet
from pykube.client.rest import Client
from pykube.config import ServerConfig
from pykube.controllers.bootstrapsigner import BootstrapSigner
from pykube.controllers.context import Context
from pykube.controllers.csrapproving import CsrApprovingController
from pykube.controllers.csrsigning import CsrSigningController
from pykube.pki import rotation
from pykube.pki.agent_files import ISSUER, TRUSTED, AgentFiles
from pykube.pki.host import ensure_host
from pykube.pki.join_token import JoinToken, node_group
from pykube.pki.joining import public_key_hashes
from pykube.store.memory import MemoryStore
from tests.fakes.controllers import FakeRecorder

CONTROLLERS = (BootstrapSigner, CsrApprovingController, CsrSigningController)
SECRET = "0123456789abcdef"


class Hurried(SystemClock):
    """Waits are short, the time is true."""

    async def sleep(self, seconds):
        await super().sleep(min(seconds, 0.02))


class Place:
    """A cluster with its server, and room for agents."""

    def __init__(self, folder, config, pki, server, admin):
        self.folder, self.config, self.pki, self.server, self.admin = folder, config, pki, server, admin
        self.clock = Hurried()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.port}"

    def files(self, name="n"):
        return AgentFiles(self.folder / name / "agent")

    async def token(self, token_id="abcdef", groups=""):
        data = {
            "token-id": token_id,
            "token-secret": SECRET,
            "usage-bootstrap-authentication": "true",
            "auth-extra-groups": groups,
        }
        metadata = meta_v1.ObjectMeta(name=f"bootstrap-token-{token_id}", namespace="kube-system")
        data = {key: value.encode() for key, value in data.items() if value}
        await self.admin.create(core_v1.Secret(metadata=metadata, type="bootstrap.kubernetes.io/token", data=data))
        return str(JoinToken(token_id, SECRET, public_key_hashes(self.pki.ca_file.read_bytes())))

    async def join(self, token, name="n", server=""):
        """Once: what goes wrong is raised, not tried again."""
        parsed, joining = JoinToken.parse(token), bootstrap.importlib.import_module("pykube.pki.joining")
        await bootstrap._join(joining, self.files(name), server or self.url, parsed, name, self.clock)

    @asynccontextmanager
    async def agent(self, name="n"):
        async with Client(ClientConfig.load(self.files(name).kubeconfig), self.clock) as client:
            yield client

    async def until(self, condition):
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for is a log record, or another's file
                await asyncio.sleep(0.02)

    async def create_node(self, client, name="n", address="192.0.2.20"):
        node = core_v1.Node(metadata=meta_v1.ObjectMeta(name=name))
        node.status.addresses = [
            core_v1.NodeAddress(type="InternalIP", address=address),
            core_v1.NodeAddress(type="Hostname", address=name),
        ]
        created = await client.create(node)
        created.status = node.status
        return await client.update(created, subresource="status")


@asynccontextmanager
async def cluster(folder):
    config = ServerConfig(
        config_dir=folder,
        state_dir=folder,
        run_dir=folder,
        bind_address="127.0.0.1",
        port=0,
        advertise_address="127.0.0.1",
        node_name="server",
    )
    pki, _ = ensure_host(config, datetime.now(UTC))
    store = MemoryStore()
    server = await app.serve(config, store, pki)
    try:
        users = {"admin": User("admin", groups=(MASTERS,)), "controllers": User("system:kube-controller-manager")}
        await server.listen_locally(folder / "local", users)
        async with controlled(folder, config) as admin:
            yield Place(folder, config, pki, server, admin)
    finally:
        await server.close()
        await store.close()


@asynccontextmanager
async def controlled(folder, config):
    """The administrator's client, while controllers are at work."""
    clock = Hurried()
    async with (
        Client(ClientConfig(server=f"unix://{folder}/local/admin.sock"), clock) as admin,
        Client(ClientConfig(server=f"unix://{folder}/local/controllers.sock"), clock) as controlling,
    ):
        informers = InformerSet(controlling, clock)
        context = Context(controlling, informers, lambda _: FakeRecorder(), None, config, clock)
        running = [kind(context) for kind in CONTROLLERS]
        tasks = [asyncio.create_task(one.run()) for one in (informers, *running)]
        try:
            await seen(admin, core_v1.ConfigMap, "cluster-info", "kube-public")
            yield admin
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def seen(client, cls, name, namespace=""):
    """The object, as soon as it is there."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await client.get(cls, name, namespace)
            except errors.NotFound:
                await asyncio.sleep(0.02)


def play(folder, tell):
    async def run():
        async with cluster(folder) as place:
            await tell(place)

    asyncio.run(run())


def test_a_host_joins_serves_renews_and_is_shut_out_with_its_node(tmp_path):
    async def tell(place):
        token, files = await place.token(), place.files()
        await join(files, server=place.url, token=token, node="n", clock=place.clock)
        assert files.joined
        assert files.joined_client.stat().st_mode & 0o777 == 0o600
        before = files.joined_client.read_bytes()
        await join(files, server=place.url, token=token, node="n", clock=place.clock)
        assert files.joined_client.read_bytes() == before, "the same token, a second time"

        async with place.agent() as client:
            await place.create_node(client)
            certificates = NodeCertificates(client, files, place.clock, "n", lambda: ["192.0.2.20"])
            await certificates.look()
            assert certificates.can_serve.is_set()
            assert files.joined_client.read_bytes() == before
            serving = x509.load_pem_x509_certificate(files.joined_serving.read_bytes())
            names = serving.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            assert names.get_values_for_type(x509.DNSName) == ["n"]
            assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.20"]

            # two thirds of a year later
            certificates._clock = Later(timedelta(days=250))
            await certificates.look()
            assert files.joined_client.read_bytes() != before
            assert x509.load_pem_x509_certificate(files.joined_serving.read_bytes()) != serving

        await place.admin.delete(core_v1.Node, "n")
        async with place.agent() as client:
            with pytest.raises(errors.Unauthorized):
                await client.get(core_v1.Node, "n")

    play(tmp_path, tell)


class Later(SystemClock):
    """The true time and some more."""

    def __init__(self, more):
        self._more = more

    def now(self):
        return super().now() + self._more


def test_a_token_is_not_shown_to_a_server_of_another_cluster(tmp_path):
    shown = []

    async def eavesdrop(request):
        shown.append(request.headers.get("Authorization"))
        cluster = {"server": "x", "certificate-authority-data": base64.b64encode(offered).decode()}
        info = yaml.safe_dump({"clusters": [{"name": "", "cluster": cluster}]})
        return web.json_response({"kind": "ConfigMap", "apiVersion": "v1", "data": {"kubeconfig": info}})

    async def tell(place):
        nonlocal offered
        token = await place.token()
        other, _ = ensure_host(
            ServerConfig(config_dir=tmp_path / "o", state_dir=tmp_path / "o", advertise_address="127.0.0.1"),
            datetime.now(UTC),
        )
        runner = web.ServerRunner(web.Server(eavesdrop), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=app.tls_context(other)).start()
        url = f"https://127.0.0.1:{runner.addresses[0][1]}"
        try:
            offered = other.ca_file.read_bytes()
            with pytest.raises(Untrusted, match="none of the authorities"):
                await place.join(token, server=url)
            offered = place.pki.ca_file.read_bytes()  # it can say so, but has no certificate of it
            with pytest.raises(errors.ServiceUnavailable, match="certificate verify failed"):
                await place.join(token, server=url)
            offered = b"nonsense"
            with pytest.raises(Untrusted, match="cannot be read"):
                await place.join(token, server=url)
        finally:
            await runner.cleanup()
        assert set(shown) == {None}
        assert not place.files().joined

    offered = b""
    play(tmp_path, tell)


def test_a_token_makes_no_second_node_of_a_name_unless_it_is_for_that_one(tmp_path):
    async def tell(place):
        token = await place.token()
        await place.join(token)
        async with place.agent() as client:
            await place.create_node(client)
        with pytest.raises(Refused, match="kubectl delete node n"):
            await place.join(token)
        again = await place.token("ghijkl", node_group("n"))
        await place.join(again)
        with pytest.raises(Refused, match="for another node than m"):
            await place.join(again, "m")
        await place.admin.delete(core_v1.Node, "n")
        await asyncio.sleep(1.1)  # certificates tell their beginning in whole seconds
        await place.join(token)
        async with place.agent() as client:
            assert (await place.create_node(client)).metadata.name == "n"

    play(tmp_path, tell)


def test_a_token_that_the_server_does_not_know(tmp_path, caplog):
    async def tell(place):
        token = str(JoinToken("nobody", SECRET, public_key_hashes(place.pki.ca_file.read_bytes())))
        with pytest.raises(errors.Unauthorized):
            await place.join(token)
        joining = asyncio.create_task(join(place.files(), server=place.url, token=token, node="n", clock=place.clock))
        await place.until(lambda: "does not know the token nobody" in caplog.text)
        joining.cancel()
        assert SECRET not in caplog.text

    caplog.set_level(logging.INFO)
    play(tmp_path, tell)


@pytest.mark.parametrize(
    ("token", "server", "why"),
    [
        ("abc", "https://x:6443", "has not the form"),
        (f"abcdef.{SECRET}", "https://x:6443", "lacks the hash"),
        (f"abcdef.{SECRET}@sha256:{'a' * 64}", "", "--server"),
        (f"abcdef.{SECRET}@sha256:{'a' * 64}", "http://x", "--server"),
    ],
)
def test_what_makes_no_sense_is_told_at_once(tmp_path, token, server, why):
    with pytest.raises(ConfigError, match=why):
        asyncio.run(join(AgentFiles(tmp_path), server=server, token=token, node="n", clock=SystemClock()))


def test_an_agent_follows_the_cluster_to_another_authority(tmp_path):
    async def tell(place):
        folder, files = place.pki.folder, place.files()
        await place.join(await place.token())
        async with place.agent() as client:
            await place.create_node(client)
            certificates = NodeCertificates(client, files, place.clock, "n", lambda: ["192.0.2.20"])
            await certificates.look()
            ticking = Ticking()
            trust = Trust(client, files, ticking, "n", certificates.issuer)

            async def told():
                await trust.look()
                ticking.passed += 70
                await trust.look()
                return (await place.admin.get(core_v1.Node, "n")).metadata.annotations

            (old,) = fingerprints(place.pki.ca_file.read_bytes())
            assert await told() == {TRUSTED: old, ISSUER: old}

            rotation.advance(folder, "ca", datetime.now(UTC))
            await followed(place)
            _, new = fingerprints(place.pki.ca_file.read_bytes())
            assert await told() == {TRUSTED: f"{old},{new}", ISSUER: old}
            client._transport.credentials._looked = float("-inf")  # the minute after which files are read again

            rotation.advance(folder, "ca", datetime.now(UTC))
            await followed(place)
            await trust.look()
            await certificates.look()
            assert await told() == {TRUSTED: f"{new},{old}", ISSUER: new}

            rotation.advance(folder, "ca", datetime.now(UTC))
            await followed(place)
            client._transport.credentials._looked = float("-inf")
            assert await told() == {TRUSTED: new, ISSUER: new}

    play(tmp_path, tell)


class Ticking(SystemClock):
    """Its monotonic part stands still until the test moves it."""

    passed = 0.0

    def monotonic(self):
        return self.passed


async def followed(place):
    """The server has taken up what is in its folder, and the controller has published it."""
    pki, _ = ensure_host(place.config, datetime.now(UTC))
    place.server.renew(pki)
    wanted = base64.b64encode(pki.ca_file.read_bytes()).decode()
    async with asyncio.timeout(10):
        while True:
            found = await place.admin.get(core_v1.ConfigMap, "cluster-info", "kube-public")
            cluster = yaml.safe_load(found.data["kubeconfig"])["clusters"][0]["cluster"]
            if cluster["certificate-authority-data"] == wanted:
                return
            await asyncio.sleep(0.05)
