"""ServiceAccount: each namespace has one named ``default``."""

from __future__ import annotations

from typing import Final

from pykube import errors
from pykube.api import core_v1, meta_v1

from .base import Controller
from .context import Context
from .pod_control import namespace_is_ending

NAME: Final = "default"


class ServiceAccountController(Controller):
    """Keys are the names of namespaces."""

    name = "serviceaccount-controller"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.namespaces = self.informer(core_v1.Namespace)
        self.namespaces.add_handler(on_add=self.enqueue, on_update=self.enqueue_new)
        self.accounts = self.informer(core_v1.ServiceAccount)
        self.accounts.add_handler(on_delete=self._account_deleted)

    def _account_deleted(self, account: core_v1.ServiceAccount) -> None:
        if account.metadata.name == NAME:
            self.queue.add(account.metadata.namespace)

    async def sync(self, key: str) -> None:
        namespace = self.namespaces.get(key)
        if namespace is None or namespace.status.phase == "Terminating" or self.accounts.get(NAME, key) is not None:
            return
        account = core_v1.ServiceAccount(metadata=meta_v1.ObjectMeta(name=NAME, namespace=key))
        try:
            await self.client.create(account)
        except errors.AlreadyExists:
            return
        except errors.ApiError as error:
            if not namespace_is_ending(error):
                raise
