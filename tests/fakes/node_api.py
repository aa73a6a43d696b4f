"""A node API over a real runtime, with a directory of pods kept by hand and a certificate authority of its own."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.cri.client import CriClient
from agent.server.app import NodeServer, ServingFiles
from agent.server.directory import ContainerRef
from pykube.aio.clock import SystemClock
from pykube.api.authentication_v1 import TokenReview
from pykube.api.authorization_v1 import SubjectAccessReview
from pykube.api.core_v1 import Container, Pod
from pykube.config import AgentConfig

T = TypeVar("T")


@dataclass
class FakeDirectory:
    """Implements PodDirectory: pods of one container, added by the test."""

    known: dict[tuple[str, str], Pod] = field(default_factory=dict)
    containers: dict[str, ContainerRef] = field(default_factory=dict)
    sandboxes: dict[str, str] = field(default_factory=dict)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, name: str, *, sandbox: str = "", container: ContainerRef | None = None) -> Pod:
        """A pod in the namespace default with a container called ``main``."""
        pod = Pod()
        pod.metadata.name, pod.metadata.namespace, pod.metadata.uid = name, "default", f"uid-{name}"
        pod.spec.containers = [Container(name="main")]
        self.known["default", name] = pod
        if container:
            self.containers[name] = container
        if sandbox:
            self.sandboxes[name] = sandbox
        return pod

    def pods(self) -> Sequence[Pod]:
        return list(self.known.values())

    def pod(self, namespace: str, name: str, uid: str = "") -> Pod | None:
        pod = self.known.get((namespace, name))
        return pod if pod and uid in ("", pod.metadata.uid) else None

    async def container(self, pod: Pod, name: str, *, previous: bool = False) -> ContainerRef | None:
        return None if previous else self.containers.get(pod.metadata.name)

    async def sandbox_id(self, pod: Pod) -> str | None:
        return self.sandboxes.get(pod.metadata.name)

    async def wait_stopped(self, container_id: str) -> None:
        self.waiting.set()
        try:
            await self.stopped.wait()
        except asyncio.CancelledError:
            self.abandoned.set()
            raise


class FakeReviewer:
    """Implements Reviewer: the token ``good`` is alice's, who may use nodes/metrics and nothing else."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def create(self, obj: T) -> T:
        self.asked.append(obj)
        if isinstance(obj, TokenReview) and obj.spec.token == "good":
            obj.status.authenticated = True
            obj.status.user.username = "alice"
        if isinstance(obj, SubjectAccessReview):
            assert obj.spec.resource_attributes is not None
            obj.status.allowed = obj.spec.resource_attributes.subresource == "metrics"
        return obj


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test-ca")])
        self._write("ca", self._sign(self._name, self._key.public_key(), ca=True), self._key)

    def issue(self, file: str, common_name: str, organization: str = "") -> None:
        """Write ``<file>.crt`` and ``<file>.key``."""
        names = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        if organization:
            names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
        key = ec.generate_private_key(ec.SECP256R1())
        self._write(file, self._sign(x509.Name(names), key.public_key(), ca=False), key)

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, file: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        (self.folder / f"{file}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / f"{file}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def client_context(self, file: str = "") -> ssl.SSLContext:
        """A client's context, showing the certificate called `file`."""
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        if file:
            context.load_cert_chain(self.folder / f"{file}.crt", self.folder / f"{file}.key")
        return context


@dataclass
class NodeApi:
    """A running node API."""

    port: int
    pods: FakeDirectory
    reviewer: FakeReviewer
    authority: Authority

    def url(self, path: str) -> str:
        """Where `path` is served."""
        return f"https://localhost:{self.port}{path}"


@contextlib.asynccontextmanager
async def node_api(folder: Path, cri: CriClient) -> AsyncIterator[NodeApi]:
    """A node API; the certificate ``admin`` is of system:masters, ``alice`` of nobody special."""
    authority = Authority(folder)
    authority.issue("serving", "node")
    authority.issue("admin", "admin", "system:masters")
    authority.issue("alice", "alice")
    pods, reviewer = FakeDirectory(), FakeReviewer()
    config = AgentConfig(bind_address="127.0.0.1", port=0, state_dir=folder)
    files = ServingFiles(folder / "serving.crt", folder / "serving.key", folder / "ca.crt")
    server = NodeServer(config, cri, pods, reviewer, SystemClock(), node_name="node-1", files=files)
    ready = asyncio.Event()
    running = asyncio.create_task(server.run(ready=ready))
    try:
        await asyncio.wait([running, asyncio.ensure_future(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield NodeApi(server.port, pods, reviewer, authority)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
