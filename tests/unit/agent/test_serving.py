"""The node API's TLS: what is in the files counts for new connections, and only that."""

import asyncio
import ssl
from datetime import UTC, datetime

import pytest

from agent.serving import ExchangedFiles
from pykube.pki import rotation
from pykube.pki.ca import CertificateAuthority, Profile
from tests.fakes.loopback import raw_server

SERVER = Profile(common_name="server", server=True, addresses=("127.0.0.1",))
CLIENT = Profile(common_name="client", client=True)


class Pki:
    def __init__(self, folder):
        self.folder = folder
        CertificateAuthority.load_or_create(folder, datetime.now(UTC))
        self.issue()
        self.files = ExchangedFiles(folder / "server.crt", folder / "server.key", folder / "ca.crt")

    def issue(self):
        authority = CertificateAuthority.load(self.folder)
        for profile in (SERVER, CLIENT):
            for kind, data in zip(("crt", "key"), authority.issue(profile, datetime.now(UTC)), strict=True):
                (self.folder / f"{profile.common_name}.{kind}").write_bytes(data)

    def client(self):
        context = ssl.create_default_context(cadata=(self.folder / "ca.crt").read_text())
        context.load_cert_chain(self.folder / "client.crt", self.folder / "client.key")
        return context

    def step(self, listening):
        rotation.advance(self.folder, "ca", datetime.now(UTC))
        self.issue()
        self.files.load_into(listening)


async def greeted(port, tls):
    """Whether the server takes the client's certificate and answers."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        try:
            return await reader.read(2) == b"hi"
        finally:
            writer.close()
    except (ssl.SSLError, ConnectionError):
        return False


async def greet(_reader, writer):
    if writer.get_extra_info("peercert"):
        writer.write(b"hi")
    writer.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_dropped_authority_is_trusted_no_more(tmp_path, version):
    async def story():
        pki = Pki(tmp_path)
        listening = pki.files.context()
        async with raw_server(greet, listening) as port:
            old = pki.client()
            old.maximum_version = old.minimum_version = version
            assert await greeted(port, old)
            pki.step(listening)
            both = pki.client()  # trusts both, and shows a certificate of the old one
            both.maximum_version = both.minimum_version = version
            pki.step(listening)
            assert not await greeted(port, old), "the server shows a certificate of the next one"
            assert await greeted(port, both)
            pki.step(listening)
            assert not await greeted(port, both)
            assert await greeted(port, pki.client())

    asyncio.run(story())
