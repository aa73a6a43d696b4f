"""Root CA publisher: each namespace has a ConfigMap with the certificate that the API server is trusted by."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from pykube import errors
from pykube.api import core_v1, meta_v1
from pykube.config import pki_folder

from .base import Controller, split
from .context import Context
from .file_watch import follow
from .pod_control import namespace_is_ending

NAME: Final = "kube-root-ca.crt"
FILE: Final = "ca.crt"
_DESCRIPTION: Final = "kubernetes.io/description"
_TEXT: Final = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as "
    "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
    "Kubernetes clusters."  # part of the API: tools compare it
)


class RootCaPublisher(Controller):
    """Keys are ``namespace/kube-root-ca.crt``; the certificate is read from the server's own folder."""

    name = "root-ca-certificate-publisher-controller"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._file = pki_folder(context.config) / "ca.crt"
        self.namespaces = self.informer(core_v1.Namespace)
        self.namespaces.add_handler(on_add=self._namespace, on_update=lambda old, new: self._namespace(new))
        self.maps = self.informer(core_v1.ConfigMap, field_selector=f"metadata.name={NAME}")
        self.maps.add_handler(on_update=self.enqueue_new, on_delete=self.enqueue)

    async def run(self) -> None:
        """Work until cancelled; a file that changes is published anew."""
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(self._file, self.clock, self._everywhere))
            group.create_task(super().run())

    def _everywhere(self) -> None:
        for namespace in self.namespaces.list():
            self._namespace(namespace)

    def _namespace(self, namespace: core_v1.Namespace) -> None:
        self.queue.add(f"{namespace.metadata.name}/{NAME}")

    async def sync(self, key: str) -> None:
        name, _ = split(key)
        namespace = self.namespaces.get(name)
        if namespace is None or namespace.status.phase == "Terminating":
            return
        data = {FILE: self._file.read_text()}
        found = self.maps.get(NAME, name)
        if found is None:
            metadata = meta_v1.ObjectMeta(name=NAME, namespace=name, annotations={_DESCRIPTION: _TEXT})
            try:
                await self.client.create(core_v1.ConfigMap(metadata=metadata, data=data))
            except errors.AlreadyExists:
                return
            except errors.ApiError as error:
                if not namespace_is_ending(error):
                    raise
        elif found.data != data or found.metadata.annotations.get(_DESCRIPTION) != _TEXT:
            annotations = {**found.metadata.annotations, _DESCRIPTION: _TEXT}
            metadata = msgspec.structs.replace(found.metadata, annotations=annotations)
            await self.client.update(msgspec.structs.replace(found, data=data, metadata=metadata))
