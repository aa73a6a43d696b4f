"""URLs: absolute ones and absolute paths, as Go's net/url takes them apart.

Source: k8s.io/apiserver, pkg/cel/library/urls.go and jsonpatch.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import quote, unquote, unquote_plus

from ..declarations import function, method
from ..errors import EvaluationError

_PARTS: Final = re.compile(r"(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(//[^/?#]*)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_BAD: Final = re.compile(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9a-fA-F]{2})(.{0,2})", re.DOTALL)
_PORT: Final = re.compile(r":[0-9]*", re.ASCII)
_UNRESERVED_IN_PATH: Final = "-_.~!*'()$&+,/:;=@[]%"
_HOST: Final = re.compile(r"[^a-zA-Z0-9\-_.~!$&'()*+,;=:\[\]<>\"%]", re.ASCII)


@dataclass(frozen=True, slots=True)
class URLValue:
    """A URL."""

    text: str
    scheme: str
    host: str
    path: str
    query: str
    type_name: ClassVar[str] = "kubernetes.URL"

    @property
    def hostname(self) -> str:
        """Without port and brackets."""
        if self.host.startswith("["):
            return self.host[1 : self.host.find("]")]
        name, colon, port = self.host.rpartition(":")
        return name if (colon and port.isdigit()) or (colon and not port) else self.host

    @property
    def port(self) -> str:
        """Empty if there is none."""
        name, _, port = self.host.rpartition(":")
        return port if name and port.isdigit() else ""


def _failure(text: str, reason: str) -> EvaluationError:
    return EvaluationError(f'URL parse error during conversion from string: parse "{text}": {reason}')


def parse_url(text: str) -> URLValue:
    """The URL of a text.

    Raises:
        EvaluationError: it is none, or neither an absolute one nor an absolute path.
    """
    if not text:
        raise _failure(text, "empty url")
    if _BAD.search(text):
        raise _failure(text, "net/url: invalid control character in URL")
    found = _PARTS.fullmatch(text)
    scheme, authority, path = (found[1] or "", found[2], found[3]) if found is not None else ("", None, "")
    if text.startswith(":"):
        raise _failure(text, "missing protocol scheme")
    if not scheme and not text.startswith("/"):
        raise _failure(text, "invalid URI for request")
    if scheme and authority is None and not path.startswith("/"):
        return URLValue(text, scheme.lower(), "", "", "")
    host = (authority or "//")[2:] if scheme else ""
    if not scheme and authority is not None:
        path = authority + path
    host = host.rpartition("@")[2]
    _check_host(text, host)
    bad = _BAD_ESCAPE.search(path)
    if bad is not None:
        raise _failure(text, f'invalid URL escape "%{bad[1]}"')
    return URLValue(text, scheme.lower(), unquote(host), path, (found[4] if found is not None else "") or "")


def _check_host(text: str, host: str) -> None:
    bad = _HOST.search(host)
    if bad is not None:
        raise _failure(text, f'invalid character "{bad[0]}" in host name')
    if host.startswith("["):
        end = host.find("]")
        if end < 0:
            raise _failure(text, "missing ']' in host")
        port = host[end + 1 :]
    else:
        name, colon, port = host.rpartition(":")
        port = colon + port if colon and name is not None else ""
    if port and not _PORT.fullmatch(port):
        raise _failure(text, f'invalid port "{port}" after host')


def _is_url(text: str) -> bool:
    try:
        parse_url(text)
    except EvaluationError:
        return False
    return True


def _escaped_path(url: URLValue) -> str:
    return quote(url.path, safe=_UNRESERVED_IN_PATH)


def _query(url: URLValue) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in url.query.split("&"):
        key, _, value = part.partition("=")
        if part and ";" not in part and not _BAD_ESCAPE.search(part):
            found.setdefault(unquote_plus(key), []).append(unquote_plus(value))
    return found


def _escape_key(text: str) -> str:
    """For one step of a JSON pointer."""
    return text.replace("~", "~0").replace("/", "~1")


OVERLOADS: Final = (
    function("string_to_url", "url", "string -> URL", parse_url),
    function("is_url_string", "isURL", "string -> bool", _is_url),
    method("url_get_scheme", "getScheme", "URL -> string", lambda url: url.scheme),
    method("url_get_host", "getHost", "URL -> string", lambda url: url.host),
    method("url_get_hostname", "getHostname", "URL -> string", lambda url: url.hostname),
    method("url_get_port", "getPort", "URL -> string", lambda url: url.port),
    method("url_get_escaped_path", "getEscapedPath", "URL -> string", _escaped_path),
    method("url_get_query", "getQuery", "URL -> map(string, list(string))", _query),
)
PATCH_OVERLOADS: Final = (
    function("string_jsonpatch_escapeKey_string", "jsonpatch.escapeKey", "string -> string", _escape_key),
)
"""Only where patches are made."""
