"""Upstream's EncryptionConfiguration: which resources lie encrypted in the store, and with which keys.

Whatever is said about the file, the secrets in it are not repeated: not in errors, not in a repr.
Source: k8s.io/apiserver, pkg/apis/apiserver (types_encryption.go, validation_encryption.go).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import yaml

from pykube.api.field_errors import FieldError, Path, aggregate, duplicate, forbidden, invalid_value, required

VERSION = "apiserver.config.k8s.io/v1"
KIND = "EncryptionConfiguration"
AES_SIZES = (16, 24, 32)
SECRETBOX_SIZES = (32,)
KMS_SECONDS = 3.0
"""How long a call of a key management service may take where nothing is said."""


_DURATION = re.compile(r"(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")


class ConfigurationError(ValueError):
    """The configuration cannot be used; the message says why."""


class GroupResource(NamedTuple):
    """A resource, or with ``*`` several."""

    group: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> GroupResource:
        """``secrets``, ``deployments.apps``, ``*.apps``, ``*.`` (the core group), ``*.*``."""
        resource, _, group = text.partition(".")
        return cls(group, resource)

    def __str__(self) -> str:
        return f"{self.resource}.{self.group}"


class _Strict(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    pass


class Key(_Strict):
    """A key; its secret is base64."""

    name: str = ""
    secret: str = ""

    @property
    def data(self) -> bytes:
        """The secret's bytes; the configuration is valid."""
        return base64.b64decode(self.secret, validate=True)

    def __repr__(self) -> str:
        return f"Key(name={self.name!r})"


class Keys(_Strict):
    """The keys of a provider; the first one is written with."""

    keys: list[Key] = []


class Identity(_Strict):
    """No encryption."""


class Kms(_Strict):
    """A key management service behind a Unix socket."""

    api_version: str = "v1"
    name: str = ""
    endpoint: str = ""
    cachesize: int | None = None
    timeout: str = ""

    @property
    def seconds(self) -> float:
        """How long a call may take; the configuration is valid."""
        return _seconds(self.timeout) or KMS_SECONDS


class Provider(_Strict):
    """Exactly one of these."""

    aesgcm: Keys | None = None
    aescbc: Keys | None = None
    secretbox: Keys | None = None
    identity: Identity | None = None
    kms: Kms | None = None


class Resources(_Strict):
    """Resources and their providers; the first one is written with."""

    resources: list[str] = []
    providers: list[Provider] = []


class EncryptionConfiguration(_Strict):
    """All of it; resources that are not named are not encrypted."""

    resources: list[Resources] = []


def parse(text: str) -> EncryptionConfiguration:
    """The configuration in a file's text.

    Raises:
        ConfigurationError: it is none, or breaks a rule; all that it breaks is told at once.
    """
    try:
        doc: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"no YAML{_line(error)}") from None  # its own text shows what stands there
    if not isinstance(doc, dict):
        raise ConfigurationError(f"expected {KIND}, got no object")
    found = (doc.pop("apiVersion", ""), doc.pop("kind", ""))
    if found != (VERSION, KIND):
        raise ConfigurationError(f"expected {KIND} of {VERSION}, got {found[1]} of {found[0]}")
    try:
        configuration = msgspec.convert(doc, EncryptionConfiguration)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"strict decoding error: {error}") from None
    if errors := list(_errors(configuration)):
        raise ConfigurationError(aggregate(errors))
    return configuration


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 1}" if mark is not None else ""


def _seconds(text: str) -> float:
    """Seconds of a duration such as ``3s``, ``500ms`` or ``1m30s``; 0 when it is none."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return 0.0
    minutes, seconds, thousandths = found.groups("0")
    return int(minutes) * 60 + float(seconds) + int(thousandths) / 1000


def _errors(configuration: EncryptionConfiguration) -> Iterator[FieldError]:
    root = Path("resources")
    if not configuration.resources:
        yield required(root, "at least one resources is required")
    services: set[str] = set()
    seen: dict[GroupResource, Path] = {}
    for position, entry in enumerate(configuration.resources):
        path = root.index(position)
        yield from _resource_errors(path.child("resources"), entry.resources, seen)
        providers = path.child("providers")
        if not entry.providers:
            yield required(providers, "at least one provider is required")
        for number, provider in enumerate(entry.providers):
            yield from _provider_errors(providers.index(number), provider, services)
        if entry.providers and entry.providers[0].aescbc is not None:
            yield forbidden(
                providers.index(0).child("aescbc"),
                "values in this form are only read, as nothing authenticates them: put another provider first",
            )


_NEVER = {
    "apiserveripinfo": "resources which do not have REST API/s cannot be encrypted",
    "serviceipallocations": "resources which do not have REST API/s cannot be encrypted",
    "servicenodeportallocations": "resources which do not have REST API/s cannot be encrypted",
    "*": "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
}
_NO_GROUPS = {
    "events.k8s.io": "these objects are stored with the core group's: name 'events' instead",
    "extensions": "'extensions' group has been removed and cannot be used for encryption",
}


def _resource_errors(path: Path, names: Sequence[str], seen: dict[GroupResource, Path]) -> Iterator[FieldError]:
    """What is wrong with the resources of an entry; `seen` are those of earlier entries, which mask this one's."""
    if not names:
        yield required(path, "at least one resource is required")
    earlier = dict(seen)
    for position, name in enumerate(names):
        field, found = path.index(position), GroupResource.parse(name)
        if name != name.lower():
            yield invalid_value(field, name, "resource name should not contain capital letters")
        elif name in _NEVER:
            yield invalid_value(field, name, _NEVER[name])
        elif found.group in _NO_GROUPS:
            yield invalid_value(field, name, _NO_GROUPS[found.group])
        elif found.group == "*" and found.resource != "*":
            yield invalid_value(field, name, "encrypting the same resource across groups is not supported")
        elif found in (GroupResource.parse(other) for other in names[:position]):
            yield duplicate(field, name)
        elif any(_overlap(found, GroupResource.parse(other)) for other in names if other != name):
            yield invalid_value(field, name, "overlapping resources in the same list are not allowed: they are masked")
        else:
            for wide in (GroupResource("*", "*"), GroupResource(found.group, "*")):
                if wide in earlier and wide != found:
                    yield invalid_value(field, name, f"masked by an earlier rule: {earlier[wide]}")
                    break
        seen.setdefault(found, field)


def _overlap(one: GroupResource, other: GroupResource) -> bool:
    return other == ("*", "*") or (other.group == one.group and other.resource == "*")


def _provider_errors(path: Path, provider: Provider, services: set[str]) -> Iterator[FieldError]:
    given = [name for name in provider.__struct_fields__ if getattr(provider, name) is not None]
    if len(given) != 1:
        yield _one_provider(path, given)
        return
    if provider.aesgcm is not None:
        yield from _key_errors(path.child("aesgcm").child("keys"), provider.aesgcm.keys, AES_SIZES)
    elif provider.aescbc is not None:
        yield from _key_errors(path.child("aescbc").child("keys"), provider.aescbc.keys, AES_SIZES)
    elif provider.secretbox is not None:
        yield from _key_errors(path.child("secretbox").child("keys"), provider.secretbox.keys, SECRETBOX_SIZES)
    elif provider.kms is not None:
        yield from _kms_errors(path.child("kms"), provider.kms, services)


def _one_provider(path: Path, given: Sequence[str]) -> FieldError:
    """An element names no provider, or several."""
    if given:
        detail = "more than one provider specified in a single element, should split into different list elements"
    else:
        detail = "names none of the providers aesgcm, aescbc, secretbox, identity, kms"
    return invalid_value(path, list(given), detail)


def _key_errors(path: Path, keys: Sequence[Key], sizes: Sequence[int]) -> Iterator[FieldError]:
    if not keys:
        yield required(path, "at least one keys is required")
    names: set[str] = set()
    for position, key in enumerate(keys):
        field = path.index(position)
        if not key.name:
            yield required(field.child("name"), "name is a mandatory field for a key")
        elif ":" in key.name:
            yield invalid_value(field.child("name"), key.name, "must not contain ':'")
        elif key.name in names:
            yield duplicate(field.child("name"), key.name)
        names.add(key.name)
        yield from _secret_errors(field.child("secret"), key.secret, sizes)


def _secret_errors(path: Path, secret: str, sizes: Sequence[int]) -> Iterator[FieldError]:
    if not secret:
        yield required(path, "secret is a mandatory field for a key")
        return
    try:
        size = len(base64.b64decode(secret, validate=True))
    except (binascii.Error, ValueError):
        yield invalid_value(path, "REDACTED", "secrets must be base64 encoded")
        return
    if size not in sizes:
        known = " ".join(map(str, sizes))
        yield invalid_value(
            path, "REDACTED", f"secret is not of the expected length, got {size}, expected one of [{known}]"
        )


def _kms_errors(path: Path, kms: Kms, services: set[str]) -> Iterator[FieldError]:
    if kms.api_version != "v2":
        yield invalid_value(path.child("apiVersion"), kms.api_version, "only v2 is supported")
    if not kms.name:
        yield required(path.child("name"), "name is a mandatory field for a provider")
    elif ":" in kms.name:
        yield invalid_value(path.child("name"), kms.name, "must not contain ':'")
    elif kms.name in services:
        yield duplicate(path.child("name"), kms.name)
    services.add(kms.name)
    if kms.cachesize is not None:
        yield invalid_value(path.child("cachesize"), kms.cachesize, "cachesize is not supported in v2")
    if kms.timeout and not _seconds(kms.timeout):
        yield invalid_value(path.child("timeout"), kms.timeout, "timeout should be a positive value")
    if not kms.endpoint:
        yield required(path.child("endpoint"), "endpoint is a mandatory field for a kms")
    elif urlsplit(kms.endpoint).scheme != "unix":
        yield invalid_value(path.child("endpoint"), kms.endpoint, "only the scheme unix is supported")
