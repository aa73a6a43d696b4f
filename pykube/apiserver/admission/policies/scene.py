"""What all policies that look at one write have in common: its namespace, and who answers about permissions."""

from __future__ import annotations

from functools import partial

from pykube.api.scheme import Resource

from ...authz.authorizer import Authorizer
from ...cel.authorizer import Authorizer as CelAuthorizer
from ...write import Write
from . import views
from .inputs import Inputs, Once, asking, namespace_object


class Scene:
    """One write before all policies of one kind."""

    def __init__(self, write: Write, authorizer: Authorizer) -> None:
        self.write = write
        self._authorizer = CelAuthorizer(write.user, asking(authorizer))
        self._namespace = Once(partial(namespace_object, write))

    async def inputs(self, resource: Resource) -> Inputs:
        """The variables for those who want the object as `resource`, as it is now.

        Raises:
            InternalError: the object cannot be converted.
        """
        write = self.write
        return Inputs(
            write,
            resource,
            obj=await views.view(write, resource, write.object),
            old=await views.view(write, resource, write.old),
            namespace=self._namespace,
            authorizer=self._authorizer,
        )
