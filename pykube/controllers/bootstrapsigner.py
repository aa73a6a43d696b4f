"""Bootstrap signer: ``kube-public/cluster-info`` tells anybody where the server is and what authorities it has.

Nobody has to believe it unverified: for each token that is for signing it carries a signature, which whoever has that
token can check. Agents that have joined read it over connections that are verified, and so hear of the next authority.
Source: the bootstrap-signer controller of upstream, and kubeadm, which makes the ConfigMap there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import msgspec
import yaml

from pykube import errors
from pykube.api import core_v1, meta_v1
from pykube.config import pki_folder
from pykube.pki.addresses import advertise_address, url_host
from pykube.pki.join_token import NAMESPACE as TOKENS
from pykube.pki.join_token import SECRET_TYPE, detached_signature

from .base import Controller
from .bootstrap_tokens import expires, field, token_of
from .context import Context
from .file_watch import follow

NAMESPACE: Final = "kube-public"
NAME: Final = "cluster-info"
KUBECONFIG: Final = "kubeconfig"
SIGNATURE: Final = "jws-kubeconfig-"
LOOK: Final = 60.0
"""Seconds after which it is looked whether the server's address has changed."""


class BootstrapSigner(Controller):
    """The one key is that of the ConfigMap."""

    name = "bootstrap-signer"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._file = pki_folder(context.config) / "ca.crt"
        self.maps = self.watch(core_v1.ConfigMap, namespace=NAMESPACE, field_selector=f"metadata.name={NAME}")
        self.tokens = self.informer(core_v1.Secret, namespace=TOKENS, field_selector=f"type={SECRET_TYPE}")
        self.tokens.add_handler(on_add=self._again, on_update=self._again, on_delete=self._again)

    def _again(self, *_: core_v1.Secret) -> None:
        self.queue.add(f"{NAMESPACE}/{NAME}")

    async def run(self) -> None:
        """Work until cancelled; the file of the authorities is followed, too."""
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(self._file, self.clock, self._again))
            group.create_task(super().run())

    async def started(self) -> None:
        """A new cluster has neither ConfigMap nor tokens."""
        self._again()

    async def sync(self, key: str) -> None:
        self.queue.add_after(key, LOOK)
        data = self._data(self.tokens.list())
        found = self.maps.get(NAME, NAMESPACE)
        if found is None:
            try:
                metadata = meta_v1.ObjectMeta(name=NAME, namespace=NAMESPACE)
                await self.client.create(core_v1.ConfigMap(metadata=metadata, data=data))
            except errors.AlreadyExists:
                return
        elif found.data != data:
            await self.client.update(msgspec.structs.replace(found, data=data))

    def _data(self, secrets: Iterable[core_v1.Secret]) -> dict[str, str]:
        config = self.context.config
        server = f"https://{url_host(advertise_address(config))}:{config.port}"
        text = cluster_info(server, self._file.read_bytes())
        data = {KUBECONFIG: text}
        now = self.clock.now()
        for secret in secrets:
            token, end = token_of(secret), expires(secret)
            if token is None or field(secret, "usage-bootstrap-signing") != "true":
                continue
            if end is None or end > now:
                data[SIGNATURE + token.id] = detached_signature(text, token)
            if end is not None and end > now:
                self.queue.add_after(f"{NAMESPACE}/{NAME}", (end - now).total_seconds())
        return data


def cluster_info(server: str, authorities: bytes) -> str:
    """A kubeconfig without a user: the server's address, and the authorities that its certificate may come from."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "", "cluster": {"server": server, "certificate-authority-data": authorities}},
        ],
    }
    document["clusters"] = msgspec.to_builtins(document["clusters"])  # bytes as base64
    return str(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))
