"""All capabilities must be dropped; one may be added back, to listen on low ports."""

from __future__ import annotations

from ..check import Check, Edition, Finding, Subject, except_for_windows, named, quoted
from ..policy import Level

_ALLOWED = frozenset({"NET_BIND_SERVICE"})
_INSTEAD_OF = frozenset({"capabilities_baseline"})


def _test(subject: Subject) -> Finding | None:
    keeping: list[str] = []
    adding: list[str] = []
    values: set[str] = set()
    for each in subject.containers():
        capabilities = each.security_context.capabilities if each.security_context is not None else None
        if capabilities is None or "ALL" not in capabilities.drop:
            keeping.append(each.name)
        beyond = set(capabilities.add) - _ALLOWED if capabilities is not None else set()
        if beyond:
            adding.append(each.name)
            values |= beyond
    details: list[str] = []
    if keeping:
        details.append(f'{named(keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        details.append(f"{named(adding)} must not include {quoted(sorted(values))} in securityContext.capabilities.add")
    return Finding("unrestricted capabilities", "; ".join(details)) if details else None


CHECK = Check(
    "capabilities_restricted",
    Level.RESTRICTED,
    (Edition(22, _test, _INSTEAD_OF), Edition(25, except_for_windows(_test), _INSTEAD_OF)),
)
