"""The environment of a container: from whole objects, by name, by reference, and from services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pykube import errors
from pykube.api import core_v1

from .expansion import expand
from .fields import Facts, FieldError, field_value, resource_value


class ConfigError(Exception):
    """The container's configuration cannot be put together: CreateContainerConfigError, with this message."""


class Objects(Protocol):
    """Where ConfigMaps and Secrets come from."""

    async def config_map(self, namespace: str, name: str) -> core_v1.ConfigMap:
        """Raises errors.NotFound."""
        ...

    async def secret(self, namespace: str, name: str) -> core_v1.Secret:
        """Raises errors.NotFound."""
        ...


async def environment(
    pod: core_v1.Pod,
    container: core_v1.Container,
    *,
    objects: Objects,
    services: Mapping[str, str],
    facts: Facts,
) -> dict[str, str]:
    """All variables, in the order they are declared; `services` are those of `service_env`.

    Raises:
        ConfigError: an object, a key or a field that is not optional does not exist.
    """
    namespace = pod.metadata.namespace
    found: dict[str, str] = {}
    try:
        for source in container.env_from:
            found |= await _whole(source, namespace, objects)
        for variable in container.env:
            value = await _value(variable, pod, container, found, objects=objects, services=services, facts=facts)
            if value is not None:
                found[variable.name] = value
    except (errors.ApiError, FieldError) as error:
        raise ConfigError(str(error)) from error
    return {**{name: value for name, value in services.items() if name not in found}, **found}


async def _whole(source: core_v1.EnvFromSource, namespace: str, objects: Objects) -> dict[str, str]:
    data: dict[str, str] = {}
    try:
        if source.config_map_ref is not None:
            data = dict((await objects.config_map(namespace, source.config_map_ref.name)).data)
        elif source.secret_ref is not None:
            secret = await objects.secret(namespace, source.secret_ref.name)
            data = {key: value.decode("utf-8", "replace") for key, value in secret.data.items()}
    except errors.NotFound:
        reference = source.config_map_ref or source.secret_ref
        if reference is None or not reference.optional:
            raise
    return {source.prefix + key: value for key, value in data.items()}


async def _value(
    variable: core_v1.EnvVar,
    pod: core_v1.Pod,
    container: core_v1.Container,
    known: Mapping[str, str],
    *,
    objects: Objects,
    services: Mapping[str, str],
    facts: Facts,
) -> str | None:
    """The variable's value; None where an optional source does not exist."""
    if variable.value or variable.value_from is None:
        return expand(variable.value, known, services)
    source = variable.value_from
    namespace = pod.metadata.namespace
    if source.field_ref is not None:
        return field_value(source.field_ref.field_path, pod, facts)
    if source.resource_field_ref is not None:
        return resource_value(source.resource_field_ref, pod, container, facts)
    if source.config_map_key_ref is not None:
        return await _config_map_key(source.config_map_key_ref, namespace, objects)
    if source.secret_key_ref is not None:
        return await _secret_key(source.secret_key_ref, namespace, objects)
    return ""


async def _config_map_key(selector: core_v1.ConfigMapKeySelector, namespace: str, objects: Objects) -> str | None:
    try:
        data = (await objects.config_map(namespace, selector.name)).data
    except errors.NotFound:
        if selector.optional:
            return None
        raise
    if selector.key in data:
        return data[selector.key]
    if selector.optional:
        return None
    raise ConfigError(f"couldn't find key {selector.key} in ConfigMap {namespace}/{selector.name}")


async def _secret_key(selector: core_v1.SecretKeySelector, namespace: str, objects: Objects) -> str | None:
    try:
        data = (await objects.secret(namespace, selector.name)).data
    except errors.NotFound:
        if selector.optional:
            return None
        raise
    if selector.key in data:
        return data[selector.key].decode("utf-8", "replace")
    if selector.optional:
        return None
    raise ConfigError(f"couldn't find key {selector.key} in Secret {namespace}/{selector.name}")
