"""Joining a cluster by a token: who the server is comes first, then what it may know, then a certificate.

1. Anybody may ask a server for its authorities (``kube-public/cluster-info``), over a connection that proves nothing.
2. Of these only such count as the token names by their hashes. A server whose certificate comes from none of them
   never sees the token.
3. With the token the agent asks for a certificate of its node, and needs the token no more.
"""

from __future__ import annotations

import base64
import importlib
import logging
from typing import Any

import yaml

from agent.certificate_requests import CLIENT, Refused, ask
from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.api import core_v1
from pykube.client.config import ClientConfig, ConfigError
from pykube.client.rest import Client
from pykube.pki.agent_files import AgentFiles
from pykube.pki.join_token import JoinToken

log = logging.getLogger(__name__)

NAMESPACE, NAME = "kube-public", "cluster-info"


class Untrusted(Exception):
    """The server is not the one that the token is for; the token was not shown to it."""


async def join(files: AgentFiles, *, server: str, token: str, node: str, clock: Clock) -> None:
    """Have credentials of the node `node` in `files`; tries until it works.

    Nothing is done where the agent has joined by this very token and its certificate has not expired. A new token makes
    it join again.

    Raises:
        ConfigError: the token is none, lacks the hash of the authority, or `server` is missing.
    """
    try:
        parsed = JoinToken.parse(token)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if not parsed.hashes:
        raise ConfigError("the token lacks the hash of the cluster's authority: @sha256:<hash>")
    if not server.startswith("https://"):
        raise ConfigError("a token needs the server's address with it: --server https://<host>:6443")
    # joining needs cryptography, which takes 12 MB: agents on a server's host do without
    joining = importlib.import_module("pykube.pki.joining")
    if _has_joined(joining, files, parsed, clock):
        return
    backoff = Backoff(base=0.5, cap=30.0, jitter=0.2)
    while True:
        try:
            await _join(joining, files, server, parsed, node, clock)
            log.info("node %s has joined the cluster at %s", node, server)
            return
        except errors.Unauthorized:
            log.error(
                "the server does not know the token %s, or it has expired: make another, pykube token create", parsed.id
            )
        except (errors.ApiError, Untrusted, Refused) as error:
            log.error("cannot join the cluster at %s: %s", server, error)
        await clock.sleep(backoff.next())


def _has_joined(joining: Any, files: AgentFiles, token: JoinToken, clock: Clock) -> bool:
    if not files.joined or not files.joined_by.exists() or files.joined_by.read_text().strip() != token.id:
        return False
    held = joining.held(files.joined_client, files.authorities.read_bytes())
    return held is not None and held.expires > clock.now()


async def _join(joining: Any, files: AgentFiles, server: str, token: JoinToken, node: str, clock: Clock) -> None:
    async with Client(ClientConfig(server=server, insecure=True), clock) as stranger:
        offered = await authorities(stranger)
    try:
        known = joining.only_known(offered, token.hashes)
    except ValueError as error:
        raise Untrusted("the authorities that the server offers cannot be read") from error
    if not known:
        raise Untrusted("none of the authorities that the server offers is the one that the token names")
    async with Client(ClientConfig(server=server, ca_data=known.decode()), clock) as verified:
        trusted = await authorities(verified)
    config = ClientConfig(server=server, ca_data=known.decode(), token=token.bearer)
    key, request = joining.request(node)
    async with Client(config, clock, user_agent="pykube-agent") as bootstrapper:
        certificate = await ask(bootstrapper, clock, signer=CLIENT, request=request, prefix="node-csr-")
    joining.keep(files, server=server, node=node, authorities=trusted, key=key, certificate=certificate)
    files.joined_by.write_text(token.id)


async def authorities(client: Client) -> bytes:
    """The authorities that the server says the cluster has, PEM: as good as the connection that it says so over.

    Raises:
        errors.ApiError: it does not answer, or what it answers cannot be read.
    """
    found = await client.get(core_v1.ConfigMap, NAME, NAMESPACE)
    try:
        document = yaml.load(found.data["kubeconfig"], Loader=yaml.CSafeLoader)
        return base64.b64decode(document["clusters"][0]["cluster"]["certificate-authority-data"], validate=True)
    except (ValueError, TypeError, LookupError, yaml.YAMLError) as error:
        raise errors.ServiceUnavailable(f"{NAMESPACE}/{NAME} cannot be read: {error}") from error
