"""All that a user holds in one place, sifted by what is asked: a question costs a look-up, however many roles.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .authorizer import Attributes
from .rules import CompiledRule, url_covers

MAX_QUESTIONS = 512
"""How many are sifted for, per user: clients may ask about resources that do not exist."""

Ranked = tuple[int, str]
"""The place of a rule in the order in which upstream asks them, and where it comes from: the first one gives the
reason."""


@dataclass(slots=True)
class Held:
    """A role as one binding gives it: its rules, and how upstream words where they come from."""

    reason: str
    rules: tuple[CompiledRule, ...]


@dataclass(slots=True)
class _Answers:
    """What the rules say about a verb on a resource, by the name of the object, or about a verb on paths."""

    always: Ranked | None = None
    named: dict[str, Ranked] = field(default_factory=dict)
    urls: list[tuple[str, str]] = field(default_factory=list)

    def of_name(self, name: str) -> str | None:
        always = self.always
        if self.named and (found := self.named.get(name)) is not None and (always is None or found < always):
            return found[1]
        return always[1] if always is not None else None

    def of_path(self, path: str) -> str | None:
        return next((reason for url, reason in self.urls if url_covers(url, path)), None)


class Holdings:
    """Roles in the order upstream asks them, and bindings to absent roles."""

    __slots__ = ("_answers", "held", "missing")

    def __init__(self, held: list[Held], missing: list[str]) -> None:
        self.held = held
        self.missing = missing
        self._answers: dict[tuple[str, str, str], _Answers] = {}

    def reason(self, attributes: Attributes) -> str | None:
        """Why the request is allowed; None when it is not."""
        if not attributes.is_resource:
            return self._sifted(attributes.verb, "", "").of_path(attributes.path)
        return self._sifted(attributes.verb, attributes.group, attributes.full_resource).of_name(attributes.name)

    def _sifted(self, verb: str, group: str, full_resource: str) -> _Answers:
        """The answers to a verb on a resource, or on paths when there is none; sifted once."""
        key = (verb, group, full_resource)
        found = self._answers.get(key)
        if found is None:
            if len(self._answers) >= MAX_QUESTIONS:
                del self._answers[next(iter(self._answers))]
            found = self._answers[key] = self._sift(verb, group, full_resource)
        return found

    def _sift(self, verb: str, group: str, full_resource: str) -> _Answers:
        answers = _Answers()
        for place, held in enumerate(self.held):
            for rule in held.rules:
                if not rule.has_verb(verb) or not rule.concerns(full_resource):
                    continue
                if not full_resource:
                    answers.urls += [(url, held.reason) for url in rule.urls]
                elif rule.has_group(group):
                    _add(answers, rule, (place, held.reason))
        return answers


def _add(answers: _Answers, rule: CompiledRule, ranked: Ranked) -> None:
    if not rule.names:
        answers.always = answers.always or ranked
    for name in rule.names:
        answers.named.setdefault(name, ranked)
