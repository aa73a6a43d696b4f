"""Keys, certificates and authorities that change under a server that runs: no connection that is open notices."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from cryptography import x509

from pykube.apiserver import app
from pykube.config import ServerConfig
from pykube.pki import rotation, signing_keys
from pykube.pki.host import ensure_host, keep_fresh
from pykube.pki.rotation import Step
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock

A_DAY = timedelta(days=1)


class Story:
    """A server whose certificates were made `age` days ago; TLS itself goes by the true time."""

    def __init__(self, folder, age):
        self.config = ServerConfig(
            config_dir=folder,
            state_dir=folder,
            run_dir=folder,
            bind_address="127.0.0.1",
            port=0,
            advertise_address="192.0.2.7",
        )
        self.clock = FakeClock(datetime.now(UTC) - timedelta(days=age))
        self.heard = []

    @asynccontextmanager
    async def running(self):
        self.pki, _ = ensure_host(self.config, self.clock.now())
        store = MemoryStore()
        self.server = await app.serve(self.config, store, self.pki)
        fresh = asyncio.create_task(keep_fresh(self.config, self.clock, self._renewed, every=A_DAY))
        await self.clock.settle()
        try:
            yield self
        finally:
            fresh.cancel()
            await asyncio.gather(fresh, return_exceptions=True)
            await self.server.close()
            await store.close()

    def _renewed(self, fresh, issued):
        self.heard.append(issued)
        self.pki.tokens.adopt(fresh.tokens)
        self.server.renew(fresh)

    async def pass_days(self, days):
        await self.clock.advance(days * 86400)

    def tls(self, pair=None):
        context = ssl.create_default_context(cadata=self.pki.ca_file.read_text())
        context.load_cert_chain((pair or self.pki.admin).certificate, (pair or self.pki.admin).key)
        return context

    def url(self, path):
        return f"https://127.0.0.1:{self.server.port}{path}"

    async def shown(self, tls):
        """The certificate that a new connection is shown."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.server.port, ssl=tls)
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
        return x509.load_der_x509_certificate(der)

    async def status(self, tls, path="/api/v1/namespaces"):
        async with aiohttp.ClientSession() as session, session.get(self.url(path), ssl=tls) as response:
            return response.status

    @asynccontextmanager
    async def watching(self, tls):
        """An open watch of namespaces that answers what comes next; its connection is one, and stays."""
        async with aiohttp.ClientSession() as session:
            path = "/api/v1/namespaces?watch=true&resourceVersion=0"
            async with session.get(self.url(path), ssl=tls) as response:
                yield lambda: _named(response, "later")

    async def create_namespace(self, tls, name="later"):
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        url = self.url("/api/v1/namespaces")
        async with aiohttp.ClientSession() as session, session.post(url, json=body, ssl=tls) as response:
            assert response.status == 201


async def _named(response, name):
    async with asyncio.timeout(5):
        while json.loads(await response.content.readline())["object"]["metadata"]["name"] != name:
            pass


def play(folder, tell, age=10):
    async def run():
        async with Story(folder, age).running() as story:
            await tell(story)

    asyncio.run(run())


def test_certificates_are_renewed_at_two_thirds_of_their_life_under_an_open_watch(tmp_path):
    async def tell(story):
        old, tls = await story.shown(story.tls()), story.tls()
        async with story.watching(tls) as seen:
            await story.pass_days(242)  # of 243
            assert story.heard == []
            assert (await story.shown(tls)).serial_number == old.serial_number
            await story.pass_days(3)
            assert len(story.heard) == 1
            new = await story.shown(tls)
            assert new.serial_number != old.serial_number
            assert new.not_valid_after_utc > old.not_valid_after_utc
            await story.create_namespace(story.tls())  # with the administrator's new certificate
            await seen()
        assert await story.status(tls) == 200, "the administrator's old certificate goes on to count"

    play(tmp_path, tell, age=245)


def test_an_authority_follows_another_and_nobody_is_cut_off(tmp_path):
    async def tell(story):
        folder = story.pki.folder
        before = story.tls()  # trusts the old authority only, and shows a certificate of it
        async with story.watching(before) as seen:
            assert rotation.advance(folder, "ca", datetime.now(UTC)) is Step.TRUST
            await story.pass_days(1)
            both = story.tls(story.pki.scheduler)  # somebody who has heard of both
            assert await story.status(before) == 200

            assert rotation.advance(folder, "ca", datetime.now(UTC)) is Step.ISSUE
            await story.pass_days(1)
            assert "apiserver" in story.heard[-1]
            shown = await story.shown(both)
            assert shown.issuer.rfc4514_string().startswith("CN=pykube-ca-2")
            assert await story.status(both) == 200, "a certificate of the old authority still counts"
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await story.status(before)

            assert rotation.advance(folder, "ca", datetime.now(UTC)) is Step.DROP
            await story.pass_days(1)
            assert await story.status(both) in (401, 403), "it is nobody's now"
            assert await story.status(story.tls()) == 200
            assert len(rotation.trusted(folder, "ca")) == 1
            await story.create_namespace(story.tls())
            await seen()

    play(tmp_path, tell)


def test_a_client_that_keeps_its_connection_and_takes_up_what_is_new_never_fails(tmp_path):
    async def tell(story):
        tls = story.tls()
        async with aiohttp.ClientSession() as session:

            async def answered():
                async with session.get(story.url("/api/v1/namespaces"), ssl=tls) as response:
                    return response.status

            assert await answered() == 200
            for _ in Step:
                rotation.advance(story.pki.folder, "ca", datetime.now(UTC))
                await story.pass_days(1)
                assert await answered() == 200
                tls.load_verify_locations(story.pki.ca_file)
                tls.load_cert_chain(story.pki.admin.certificate, story.pki.admin.key)
                assert await answered() == 200

    play(tmp_path, tell)


def test_a_certificate_that_an_administrator_makes_anew_is_shown(tmp_path):
    async def tell(story):
        old = await story.shown(story.tls())
        ensure_host(story.config, datetime.now(UTC), anew=frozenset({"apiserver"}))
        await story.pass_days(1)
        assert (await story.shown(story.tls())).serial_number != old.serial_number

    play(tmp_path, tell)


def test_tokens_of_an_old_key_are_accepted_until_it_is_forgotten(tmp_path):
    async def tell(story):
        claims = {"iss": story.pki.tokens.issuer}

        async def keys():
            tls = story.tls()
            async with aiohttp.ClientSession() as session, session.get(story.url("/openid/v1/jwks"), ssl=tls) as answer:
                return [key["kid"] for key in (await answer.json(content_type=None))["keys"]]

        (first,) = await keys()
        old = story.pki.tokens.sign(claims)
        second = signing_keys.rotate(story.pki.folder)
        await story.pass_days(1)
        assert set(await keys()) == {first, second}
        assert story.pki.tokens.verify(old, (), datetime.now(UTC))
        assert story.pki.tokens.verify(story.pki.tokens.sign(claims), (), datetime.now(UTC))
        assert signing_keys.forget_old(story.pki.folder)
        await story.pass_days(1)
        assert await keys() == [second]

    play(tmp_path, tell)
