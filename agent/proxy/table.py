"""The contents of the table as a whole, and the transactions that lead from one state to the next. Pure.

Services may claim the same thing: chains are shared by design, and two Services may ask for the same external
address. A thing stands in the table as long as anyone claims it; where the claims differ, the oldest one holds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from .rules import TABLE, Addresses, Element, ServiceRules, base_chains, block, containers

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_PER_COMMAND = 500
"""Elements in one command of a transaction."""


class _Claims(Generic[K, V]):
    """Who claims which thing with which value."""

    def __init__(self) -> None:
        self._by_key: dict[K, dict[str, V]] = {}

    def value(self, key: K) -> V | None:
        """What holds for `key`: the oldest claim."""
        claims = self._by_key.get(key)
        return next(iter(claims.values())) if claims else None

    def change(self, owner: str, old: Mapping[K, V], new: Mapping[K, V]) -> dict[K, V | None]:
        """Replace an owner's claims; the things whose value has changed, with what held for them before."""
        changed: dict[K, V | None] = {}
        for key in dict.fromkeys((*old, *new)):
            if key in old and key in new and old[key] == new[key]:
                continue
            before = self.value(key)
            claims = self._by_key.setdefault(key, {})
            if key in new:
                claims[owner] = new[key]
            else:
                claims.pop(owner, None)
            if not claims:
                del self._by_key[key]
            if self.value(key) != before:
                changed[key] = before
        return changed

    def items(self) -> list[tuple[K, V]]:
        """Everything that holds."""
        return [(key, next(iter(claims.values()))) for key, claims in self._by_key.items()]


class Table:
    """What the table is to hold; `update` and `full` say how it gets there."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self._owned: dict[str, ServiceRules] = {}
        self._elements: _Claims[Element, str] = _Claims()
        self._chains: _Claims[str, tuple[str, ...]] = _Claims()
        self._sets: _Claims[str, str] = _Claims()

    def update(self, changes: Mapping[str, ServiceRules]) -> str:
        """Take in the new rules of some Services (by key) and return the one transaction for all of them.

        Empty when the table need not change.
        """
        elements: dict[Element, str | None] = {}
        chains: dict[str, tuple[str, ...] | None] = {}
        sets: dict[str, str | None] = {}
        for key, new in changes.items():
            old = self._owned.pop(key, None) or ServiceRules()
            # What changes twice in one transaction changes from what it was at first.
            for element, value in self._elements.change(key, old.elements, new.elements).items():
                elements.setdefault(element, value)
            for chain, rules in self._chains.change(key, old.chains, new.chains).items():
                chains.setdefault(chain, rules)
            for name, declaration in self._sets.change(key, old.sets, new.sets).items():
                sets.setdefault(name, declaration)
            if new.elements:
                self._owned[key] = new
        return "".join(self._transaction(elements, chains, sets))

    def _transaction(
        self,
        elements: Mapping[Element, str | None],
        chains: Mapping[str, tuple[str, ...] | None],
        sets: Mapping[str, str | None],
    ) -> Iterable[str]:
        """Declare, then fill, then delete: nothing is named before it is there or deleted while it is named."""
        for name in sets:
            if (declaration := self._sets.value(name)) is not None:
                yield f"add set inet {TABLE} {name} {{ {declaration} }}\n"
        wanted = {name: rules for name in chains if (rules := self._chains.value(name)) is not None}
        yield from (f"add chain inet {TABLE} {name}\n" for name in wanted)
        for name, rules in wanted.items():
            if chains[name] is not None:
                yield f"flush chain inet {TABLE} {name}\n"
            yield from (f"add rule inet {TABLE} {name} {rule}\n" for rule in rules)
        now = {element: self._elements.value(element) for element in elements}
        gone = [element for element, old in elements.items() if old is not None and now[element] != old]
        come = [(element, new) for element, new in now.items() if new is not None and new != elements[element]]
        yield from _element_commands("delete", ((element, "") for element in gone))
        yield from _element_commands("add", come)
        unwanted = [name for name, old in chains.items() if old is not None and name not in wanted]
        yield from (f"flush chain inet {TABLE} {name}\n" for name in unwanted)
        yield from (f"delete chain inet {TABLE} {name}\n" for name in unwanted)
        for name, declared in sets.items():
            if declared is not None and self._sets.value(name) is None:
                yield f"delete set inet {TABLE} {name}\n"

    def full(self) -> str:
        """One transaction that replaces whatever the table holds; connections that are tracked go on."""
        parts = [f"add table inet {TABLE}\ndelete table inet {TABLE}\ntable inet {TABLE} {{\n"]
        parts += [f"    {name} {{ {declaration} }}\n" for name, declaration in containers().items()]
        parts += [f"    set {name} {{ {declaration} }}\n" for name, declaration in self._sets.items()]
        parts += [block(name, rules) for name, rules in self._chains.items()]
        parts += [block(name, rules) for name, rules in base_chains(self.addresses).items()]
        parts.append("}\n")
        parts += _element_commands("add", self._elements.items())
        return "".join(parts)


def _element_commands(verb: str, elements: Iterable[tuple[Element, str]]) -> Iterable[str]:
    by_container: dict[str, list[str]] = {}
    for (container, key), value in elements:
        by_container.setdefault(container, []).append(f"{key} : {value}" if value else key)
    for container, entries in by_container.items():
        for start in range(0, len(entries), _PER_COMMAND):
            some = ", ".join(entries[start : start + _PER_COMMAND])
            yield f"{verb} element inet {TABLE} {container} {{ {some} }}\n"
