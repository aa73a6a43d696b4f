"""What may be a name, a label, a port name, an environment variable; and how names are generated.

Each check returns a tuple of messages, empty when the value is good: one value can break several rules, and the API
reports all of them. The texts are those of the Kubernetes API, since people search for them.
Sources: RFC 1035, RFC 1123; k8s.io/apimachinery/pkg/util/validation.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import lru_cache

Messages = tuple[str, ...]
NameRule = Callable[[str], Messages]

LABEL_MAX = 63
SUBDOMAIN_MAX = 253

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SEARCH_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SEARCH = rf"{_SEARCH_LABEL}(\.{_SEARCH_LABEL})*"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_WILDCARD = rf"\*\.{_SUBDOMAIN}"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
_C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_CONFIG_KEY = "[-._a-zA-Z0-9]+"
_ENV = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_HTTP_HEADER = "[-A-Za-z0-9]+"
_PERCENT = "[0-9]+%"
_HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?"

_label = re.compile(_LABEL).fullmatch
_subdomain = re.compile(_SUBDOMAIN).fullmatch
_subdomain_any_case = re.compile(_SUBDOMAIN, re.IGNORECASE).fullmatch
_search = re.compile(_SEARCH).fullmatch
_label_1035 = re.compile(_LABEL_1035).fullmatch
_wildcard = re.compile(_WILDCARD).fullmatch
_qualified = re.compile(_QUALIFIED).fullmatch
_label_value = re.compile(_LABEL_VALUE).fullmatch
_c_identifier = re.compile(_C_IDENTIFIER).fullmatch
_config_key = re.compile(_CONFIG_KEY).fullmatch
_http_header = re.compile(_HTTP_HEADER).fullmatch
_http_path = re.compile(_HTTP_PATH).fullmatch
# More digits would be no number that anybody can reckon with.
_percent = re.compile("[0-9]{1,9}%").fullmatch
_reason = re.compile(_REASON).fullmatch
_integer = re.compile("0|-?[1-9][0-9]{0,18}").fullmatch
_port_name = re.compile("[-a-z0-9]+").fullmatch


def explain(rule: str, pattern: str, *examples: str) -> str:
    """The API's sentence for a value that does not match: rule, examples, regular expression."""
    shown = " or ".join(f"'{example}', " for example in examples)
    start = f"(e.g. {shown}" if examples else "("
    return f"{rule} {start}regex used for validation is '{pattern}')"


def too_long(limit: int) -> str:
    return f"must be no more than {limit} characters"


def too_many_bytes(limit: int) -> str:
    return f"must be no more than {limit} bytes"


def between(low: int, high: int) -> str:
    return f"must be between {low} and {high}, inclusive"


_BAD_LABEL = explain(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with"
    " an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
_BAD_SUBDOMAIN = explain(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and"
    " end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
_BAD_SUBDOMAIN_ANY_CASE = explain(
    "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an"
    " alphanumeric character",
    _SUBDOMAIN,
    "Example.com",
)
_BAD_SEARCH = explain(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start"
    " and end with an alphanumeric character",
    _SEARCH,
    "example.com",
)
_BAD_LABEL_1035 = explain(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character,"
    " and end with an alphanumeric character",
    _LABEL_1035,
    "my-name",
    "abc-123",
)
_BAD_WILDCARD = explain(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower"
    " case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    _WILDCARD,
    "*.example.com",
)
_BAD_QUALIFIED = explain(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    _QUALIFIED,
    "MyName",
    "my.name",
    "123-abc",
)
_BAD_LABEL_VALUE = explain(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and"
    " end with an alphanumeric character",
    _LABEL_VALUE,
    "MyValue",
    "my_value",
    "12345",
)
_BAD_C_IDENTIFIER = explain(
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters"
    " or '_'",
    _C_IDENTIFIER,
    "my_name",
    "MY_NAME",
    "MyName",
)
_BAD_CONFIG_KEY = explain(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    _CONFIG_KEY,
    "key.name",
    "KEY_NAME",
    "key-name",
)
_BAD_HTTP_HEADER = explain(
    "a valid HTTP header must consist of alphanumeric characters or '-'", _HTTP_HEADER, "X-Header-Name"
)
_BAD_PERCENT = explain(
    "a valid percent string must be a numeric string followed by an ending '%'", _PERCENT, "1%", "93%"
)
_BAD_HTTP_PATH = explain("Invalid path", _HTTP_PATH)
_BAD_REASON = explain(
    "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric"
    " characters or '_,:', and must end with an alphanumeric character or '_'",
    _REASON,
    "my_name",
    "MY_NAME",
    "MyName",
    "ReasonA,ReasonB",
    "ReasonA:ReasonB",
)
_BAD_ENV = "a valid environment variable name must consist only of printable ASCII characters other than '='"


def dns_label(value: str) -> Messages:
    """RFC 1123 label: namespaces, containers, volumes."""
    if len(value) <= LABEL_MAX and _label(value):
        return ()
    found = [too_long(LABEL_MAX)] if len(value) > LABEL_MAX else []
    if not _label(value):
        found.append("must not contain dots" if _subdomain(value) else _BAD_LABEL)
    return tuple(found)


def dns_subdomain(value: str) -> Messages:
    """RFC 1123 subdomain: the names of most objects."""
    return _check(value, SUBDOMAIN_MAX, _subdomain, _BAD_SUBDOMAIN)


def dns_subdomain_any_case(value: str) -> Messages:
    """As `dns_subdomain`, upper case allowed."""
    return _check(value, SUBDOMAIN_MAX, _subdomain_any_case, _BAD_SUBDOMAIN_ANY_CASE)


def dns_search(value: str) -> Messages:
    """As `dns_subdomain`, underscores allowed: search paths of resolvers."""
    return _check(value, SUBDOMAIN_MAX, _search, _BAD_SEARCH)


def dns_1035_label(value: str) -> Messages:
    """RFC 1035 label: does not start with a digit. The names of Services."""
    return _check(value, LABEL_MAX, _label_1035, _BAD_LABEL_1035)


def wildcard_subdomain(value: str) -> Messages:
    """``*.example.com``: the hosts of an Ingress."""
    return _check(value, SUBDOMAIN_MAX, _wildcard, _BAD_WILDCARD)


def path_segment(value: str) -> Messages:
    """What can stand between two slashes of a URL: the names of RBAC objects."""
    if value in (".", ".."):
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{part}'" for part in ("/", "%") if part in value)


def anything(value: str) -> Messages:
    """No rule."""
    return ()


@lru_cache(maxsize=4096)
def qualified_name(value: str) -> Messages:
    """``name`` or ``prefix.example.com/name``: keys of labels and annotations, finalizers, resources."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        return (
            f"a valid label key {_BAD_QUALIFIED} with an optional DNS subdomain prefix and '/'"
            " (e.g. 'example.com/MyName')",
        )
    found: list[str] = []
    if slash and not prefix:
        found.append("prefix part must be non-empty")
    elif slash:
        found.extend(
            f"prefix part {message}"
            for message in _check(prefix, SUBDOMAIN_MAX, _subdomain, _BAD_SUBDOMAIN, long=too_many_bytes)
        )
    if not name:
        found.append("name part must be non-empty")
    elif len(name) > LABEL_MAX:
        found.append(f"name part {too_many_bytes(LABEL_MAX)}")
    if not _qualified(name):
        found.append(f"name part {_BAD_QUALIFIED}")
    return tuple(found)


@lru_cache(maxsize=4096)
def label_value(value: str) -> Messages:
    """The value of a label."""
    return _check(value, LABEL_MAX, _label_value, _BAD_LABEL_VALUE, long=too_many_bytes)


def c_identifier(value: str) -> Messages:
    """A name as in C."""
    return () if _c_identifier(value) else (_BAD_C_IDENTIFIER,)


def config_key(value: str) -> Messages:
    """A key of a ConfigMap or Secret, which becomes a file name."""
    return _check(value, SUBDOMAIN_MAX, _config_key, _BAD_CONFIG_KEY) + _parent_folder(value)


def env_name(value: str) -> Messages:
    """The name of an environment variable; since v1.34 all printable ASCII but ``=``."""
    if not value:
        return ("environment variable name must be non-empty",)
    if value.isascii() and value.isprintable() and "=" not in value:
        return ()
    return (_BAD_ENV,)


def http_header(value: str) -> Messages:
    """The name of an HTTP header."""
    return () if _http_header(value) else (_BAD_HTTP_HEADER,)


def percent(value: str) -> Messages:
    """``25%``."""
    return () if _percent(value) else (_BAD_PERCENT,)


def condition_reason(value: str) -> Messages:
    """The reason of a condition: a word in CamelCase."""
    return () if _reason(value) else (_BAD_REASON,)


def http_path(value: str) -> Messages:
    """The part of a path behind a domain."""
    return () if _http_path(value) else (_BAD_HTTP_PATH,)


def decimal_integer(value: str) -> Messages:
    """A number of 64 bits without leading zeros or plus sign."""
    if not value:
        return ("must be non-empty",)
    canonical = _integer(value) and -(2**63) <= int(value) < 2**63
    return () if canonical else ("must be a valid decimal integer in canonical form",)


def port_number(value: int) -> Messages:
    return () if 1 <= value <= 65535 else (between(1, 65535),)


def port_name(value: str) -> Messages:
    """An IANA service name: at most 15 characters, at least one letter (RFC 6335)."""
    found = [too_long(15)] if len(value) > 15 else []
    if not _port_name(value):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not any("a" <= letter <= "z" for letter in value):
        found.append("must contain at least one letter (a-z)")
    if "--" in value:
        found.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return tuple(found)


def as_prefix(value: str) -> str:
    """A ``generateName`` as the rules for names want to see it: with something after a dash at the end."""
    return value[:-2] + "a" if len(value) > 1 and value.endswith("-") else value


# No vowels and no look-alikes, so that no words come out.
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_RANDOM_LENGTH = 5
_BASE_MAX = LABEL_MAX - _RANDOM_LENGTH


def random_suffix(length: int = _RANDOM_LENGTH) -> str:
    """Letters and digits that are safe in names."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def generate(base: str) -> str:
    """A name from ``metadata.generateName``: at most 63 characters, the last five random."""
    return base[:_BASE_MAX] + random_suffix()


def safe_encode(text: str) -> str:
    """A hash such as ``pod-template-hash``, in the alphabet of generated names."""
    return "".join(_ALPHABET[ord(letter) % len(_ALPHABET)] for letter in text)


def _check(
    value: str,
    limit: int,
    match: Callable[[str], re.Match[str] | None],
    message: str,
    *,
    long: Callable[[int], str] = too_long,
) -> Messages:
    if len(value) <= limit and match(value):
        return ()
    found = (long(limit),) if len(value) > limit else ()
    return found if match(value) else (*found, message)


def _parent_folder(value: str) -> Messages:
    if value in (".", ".."):
        return (f"must not be '{value}'",)
    return ("must not start with '..'",) if value.startswith("..") else ()
