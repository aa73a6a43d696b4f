"""The objects that an informer knows, by key and by index. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

IndexFunction = Callable[[Any], Iterable[str]]
"""From an object to the values that it is found under."""


def key_of(obj: Any) -> str:
    """``namespace/name``, or ``name`` where there is no namespace."""
    meta = obj.metadata
    return f"{meta.namespace}/{meta.name}" if meta.namespace else str(meta.name)


class Cache(Generic[T]):
    """Objects by key; those that it hands out are shared and must not be changed."""

    def __init__(self) -> None:
        self._objects: dict[str, T] = {}
        self._functions: dict[str, IndexFunction] = {"namespace": lambda obj: (obj.metadata.namespace,)}
        self._indexes: dict[str, dict[str, dict[str, T]]] = {"namespace": {}}

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, key: str) -> T | None:
        """The object of ``namespace/name``."""
        return self._objects.get(key)

    def keys(self) -> set[str]:
        """All keys."""
        return set(self._objects)

    def by_index(self, name: str, value: str) -> list[T]:
        """The objects for which the index function `name` gave `value`."""
        return [*self._indexes[name].get(value, {}).values()]

    def list(self, namespace: str = "") -> list[T]:
        """All objects, or those of one namespace."""
        return self.by_index("namespace", namespace) if namespace else [*self._objects.values()]

    def add_index(self, name: str, function: IndexFunction) -> None:
        """Keep an index; the same name again replaces it."""
        self._functions[name] = function
        self._indexes[name] = {}
        for key, obj in self._objects.items():
            self._enter(name, key, obj)

    def put(self, key: str, obj: T) -> T | None:
        """Hold `obj`; the answer is what it replaces."""
        old = self.remove(key)
        self._objects[key] = obj
        for name in self._functions:
            self._enter(name, key, obj)
        return old

    def remove(self, key: str) -> T | None:
        """Let go of an object and return it."""
        old = self._objects.pop(key, None)
        if old is not None:
            for name, function in self._functions.items():
                self._leave(name, key, function(old))
        return old

    def _enter(self, name: str, key: str, obj: T) -> None:
        for value in self._functions[name](obj):
            self._indexes[name].setdefault(value, {})[key] = obj

    def _leave(self, name: str, key: str, values: Iterable[str]) -> None:
        index = self._indexes[name]
        for value in values:
            if (found := index.get(value)) is not None:
                found.pop(key, None)
                if not found:
                    del index[value]
