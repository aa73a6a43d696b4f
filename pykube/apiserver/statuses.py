"""The failures of the API, worded as upstream words them (k8s.io/apimachinery, api/errors)."""

from __future__ import annotations

from pykube import errors
from pykube.api.scheme import Resource

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"

EXPIRED_LIST = "The resourceVersion for the provided list is too old."

EXPIRED_CONTINUE = (
    "The provided continue parameter is too old to display a consistent list result. "
    "You can start a new list without the continue parameter."
)

UNKNOWN_PATH = "the server could not find the requested resource"


def qualified(resource: Resource) -> str:
    """``pods``, ``deployments.apps``."""
    return f"{resource.plural}.{resource.group}" if resource.group else resource.plural


def details(resource: Resource, name: str = "", *, retry_after: int = 0) -> errors.Details:
    """What a failure about an object of `resource` is about."""
    return errors.Details(name=name, group=resource.group, kind=resource.plural, retry_after_seconds=retry_after)


def not_found(resource: Resource, name: str) -> errors.NotFound:
    return errors.NotFound(f'{qualified(resource)} "{name}" not found', details(resource, name))


def already_exists(resource: Resource, name: str) -> errors.AlreadyExists:
    return errors.AlreadyExists(f'{qualified(resource)} "{name}" already exists', details(resource, name))


def name_not_generated(resource: Resource, name: str) -> errors.AlreadyExists:
    """Every generated name that was tried is taken."""
    return errors.AlreadyExists(
        f'{qualified(resource)} "{name}" already exists, the server was not able to generate a unique name '
        "for the object",
        details(resource, name, retry_after=1),
    )


def conflict(resource: Resource, name: str, why: str = MODIFIED) -> errors.Conflict:
    return errors.Conflict(
        f'Operation cannot be fulfilled on {qualified(resource)} "{name}": {why}', details(resource, name)
    )


def forbidden(resource: Resource, name: str, why: str) -> errors.Forbidden:
    quoted = f' "{name}"' if name else ""
    return errors.Forbidden(f"{qualified(resource)}{quoted} is forbidden: {why}", details(resource, name))


def method_not_allowed(resource: Resource, action: str) -> errors.MethodNotAllowed:
    return errors.MethodNotAllowed(
        f'{action} is not supported on resources of kind "{qualified(resource)}"', details(resource)
    )


def unknown_path() -> errors.NotFound:
    return errors.NotFound(UNKNOWN_PATH)


def too_large_revision(asked: int, current: int) -> errors.Timeout:
    """A list asked for a state that this server has not seen within the time it waits for it."""
    return errors.Timeout(
        f"Timeout: Too large resource version: {asked}, current: {current}",
        errors.Details(
            causes=(errors.Cause("ResourceVersionTooLarge", "Too large resource version"),), retry_after_seconds=1
        ),
    )


def too_old_revision(asked: int, oldest: int) -> errors.Expired:
    """A watch asked to start before the window of kept history."""
    return errors.Expired(f"too old resource version: {asked} ({oldest})")


def internal(error: BaseException | str) -> errors.InternalError:
    return errors.InternalError(
        f"Internal error occurred: {error}", errors.Details(causes=(errors.Cause("", str(error)),))
    )
