"""Where a regular expression matches, in time linear in the length of the text.

A parser for RE2's syntax makes a program of few instructions; all of its threads run side by side over the text, in
the order of their priority (Pike's machine). Only expressions that RE2 has found to be right come here.

Source: Russ Cox, "Regular Expression Matching: the Virtual Machine Approach"; the syntax is in google/re2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

Test = Callable[[str], bool]


class Op(Enum):
    """What an instruction does."""

    TAKE = auto()
    SPLIT = auto()
    JUMP = auto()
    ASSERT = auto()
    MATCH = auto()


@dataclass(slots=True)
class Instruction:
    """One step: `test` for a character, `where` for a place in the text, or where to go on."""

    op: Op
    test: Test | None = None
    where: str = ""
    first: int = 0
    second: int = 0


_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_PERL: Final[dict[str, frozenset[str]]] = {"d": frozenset("0123456789"), "s": frozenset("\t\n\f\r "), "w": _WORD}
_POSIX: Final[dict[str, str]] = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CONTROL: Final = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REPEAT: Final = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII)
_FLAGS: Final = re.compile(r"\(\?(?:P?<\w+>|([imsU]*)(?:-([imsU]+))?([:)]))")


class Automaton:
    """A compiled expression."""

    def __init__(self, pattern: str) -> None:
        self._program = _Compiler(pattern).program()

    def search(self, text: str, position: int) -> tuple[int, int] | None:
        """Start and end of the first match from there on."""
        best: tuple[int, int] | None = None
        threads: dict[int, int] = {}
        for place in range(position, len(text) + 1):
            current = threads
            if best is None:
                self._follow(current, 0, place, text, place)
            if not current and best is not None:
                break
            threads = {}
            for counter, start in current.items():
                instruction = self._program[counter]
                if instruction.op is Op.MATCH:
                    best = (start, place)
                    break
                if place < len(text) and instruction.test is not None and instruction.test(text[place]):
                    self._follow(threads, counter + 1, start, text, place + 1)
        return best

    def _follow(self, threads: dict[int, int], counter: int, start: int, text: str, place: int) -> None:
        """Add the thread at `counter` and all that it goes on to without taking a character."""
        pending, seen = [counter], set(threads)
        while pending:
            counter = pending.pop()
            if counter in seen:
                continue
            seen.add(counter)
            instruction = self._program[counter]
            if instruction.op is Op.JUMP:
                pending.append(instruction.first)
            elif instruction.op is Op.SPLIT:
                pending += (instruction.second, instruction.first)
            elif instruction.op is Op.ASSERT:
                if _holds(instruction.where, text, place):
                    pending.append(counter + 1)
            else:
                threads[counter] = start


def _holds(where: str, text: str, place: int) -> bool:
    match where:
        case "A":
            return place == 0
        case "z":
            return place == len(text)
        case "^":
            return place == 0 or text[place - 1] == "\n"
        case "$":
            return place == len(text) or text[place] == "\n"
    before = place > 0 and text[place - 1] in _WORD
    after = place < len(text) and text[place] in _WORD
    return (before != after) == (where == "b")


class _Compiler:
    """Reads an expression and writes the program, by recursive descent."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._flags: frozenset[str] = frozenset()

    def program(self) -> list[Instruction]:
        return [*self._alternatives(), Instruction(Op.MATCH)]

    def _alternatives(self) -> list[Instruction]:
        """Up to a closing parenthesis or the end."""
        branches = [self._sequence()]
        while self._text[self._at : self._at + 1] == "|":
            self._at += 1
            branches.append(self._sequence())
        code = branches.pop()
        while branches:
            one = branches.pop()
            behind = len(one) + 2
            split = Instruction(Op.SPLIT, first=1, second=behind)
            jump = Instruction(Op.JUMP, first=behind + len(code))
            code = [split, *_moved(one, 1), jump, *_moved(code, behind)]
        return code

    def _sequence(self) -> list[Instruction]:
        code: list[Instruction] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            code = _joined(code, self._repeated(self._atom()))
        return code

    def _repeated(self, code: list[Instruction]) -> list[Instruction]:
        while (character := self._text[self._at : self._at + 1]) and character in "*+?{":
            if character == "{":
                found = _REPEAT.match(self._text, self._at)
                if found is None:
                    return code
                least = int(found[1])
                most = least if not found[2] else int(found[3]) if found[3] else None
                self._at = found.end()
            else:
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
                self._at += 1
            lazy = self._text[self._at : self._at + 1] == "?"
            self._at += lazy
            code = _repeat(code, least, most, lazy=lazy != ("U" in self._flags))
        return code

    def _atom(self) -> list[Instruction]:
        character = self._text[self._at]
        self._at += 1
        match character:
            case "(":
                return self._group()
            case "[":
                return [self._take(self._class())]
            case ".":
                return [Instruction(Op.TAKE, (lambda _: True) if "s" in self._flags else lambda one: one != "\n")]
            case "^":
                return [Instruction(Op.ASSERT, where="^" if "m" in self._flags else "A")]
            case "$":
                return [Instruction(Op.ASSERT, where="$" if "m" in self._flags else "z")]
            case "\\":
                return self._escape()
        return [self._take(_one_of({character}))]

    def _group(self) -> list[Instruction]:
        outer = self._flags
        self._at -= 1
        found = _FLAGS.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at + 1
        if found is not None and found[3]:
            self._flags = (self._flags | set(found[1])) - set(found[2] or "")
            if found[3] == ")":
                return []
        code = self._alternatives()
        self._at += 1
        self._flags = outer
        return code

    def _take(self, test: Test) -> Instruction:
        if "i" not in self._flags:
            return Instruction(Op.TAKE, test)
        return Instruction(Op.TAKE, lambda one: test(one) or test(one.lower()) or test(one.upper()))

    def _escape(self) -> list[Instruction]:
        letter = self._text[self._at]
        if letter in "AzbB":
            self._at += 1
            return [Instruction(Op.ASSERT, where=letter)]
        if letter == "Q":
            end = self._text.find("\\E", self._at)
            quoted = self._text[self._at + 1 : end if end >= 0 else len(self._text)]
            self._at = end + 2 if end >= 0 else len(self._text)
            return [self._take(_one_of({one})) for one in quoted]
        if letter == "C":
            self._at += 1
            return [Instruction(Op.TAKE, lambda _: True)]
        return [self._take(self._escaped())]

    def _escaped(self) -> Test:
        """A class or a character behind a backslash."""
        letter = self._text[self._at]
        self._at += 1
        if letter.lower() in _PERL:
            known = _PERL[letter.lower()]
            return _one_of(known) if letter.islower() else lambda one: one not in known
        if letter in "pP":
            return self._unicode(negated=letter == "P")
        return _one_of({self._character(letter)})

    def _character(self, letter: str) -> str:
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter == "x":
            braced = self._text[self._at] == "{"
            end = self._text.index("}", self._at) if braced else self._at + 2
            digits = self._text[self._at + braced : end]
            self._at = end + braced
            return chr(int(digits, 16))
        if letter in "01234567":
            found = re.compile("[0-7]{0,2}").match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            return chr(int(letter + found[0], 8))
        return letter

    def _unicode(self, *, negated: bool) -> Test:
        if self._text[self._at] == "{":
            end = self._text.index("}", self._at)
            name = self._text[self._at + 1 : end]
            self._at = end + 1
        else:
            name = self._text[self._at]
            self._at += 1
        negated = negated != name.startswith("^")
        return _category(name.lstrip("^"), negated=negated)

    def _class(self) -> Test:
        negated = self._text[self._at] == "^"
        self._at += negated
        tests: list[Test] = []
        first = True
        while first or self._text[self._at] != "]":
            first = False
            tests.append(self._member())
        self._at += 1
        return lambda one: any(test(one) for test in tests) != negated

    def _member(self) -> Test:
        posix = re.compile(r"\[:(\^?)(\w+):\]").match(self._text, self._at)
        if posix is not None:
            self._at = posix.end()
            match = re.compile(f"[{posix[1]}{_POSIX[posix[2]]}]").match
            return lambda one: match(one) is not None
        low = self._class_character()
        if not isinstance(low, str):
            return low
        if self._text[self._at] != "-" or self._text[self._at + 1] == "]":
            return _one_of({low})
        self._at += 1
        high = self._class_character()
        assert isinstance(high, str)
        return lambda one: low <= one <= high

    def _class_character(self) -> str | Test:
        character = self._text[self._at]
        self._at += 1
        if character != "\\":
            return character
        letter = self._text[self._at]
        if letter in "pPdDsSwW":
            return self._escaped()
        self._at += 1
        return self._character(letter)


def _one_of(known: frozenset[str] | set[str]) -> Test:
    return lambda one: one in known


_SCRIPTS: Final = {"Han": "CJK", "Greek": "GREEK", "Latin": "LATIN", "Cyrillic": "CYRILLIC", "Arabic": "ARABIC"}


def _category(name: str, *, negated: bool) -> Test:
    """A general category, or a script by how its characters are called."""
    if name == "Any":
        return lambda _: not negated
    if len(name) <= 2:
        return lambda one: unicodedata.category(one).startswith(name) != negated
    word = _SCRIPTS.get(name, name.upper().replace("_", " "))
    return lambda one: unicodedata.name(one, "").startswith(word) != negated


def _joined(one: list[Instruction], two: list[Instruction]) -> list[Instruction]:
    """One after the other. Targets of jumps count from the start of the code that they are in."""
    return [*one, *_moved(two, len(one))]


def _repeat(code: list[Instruction], least: int, most: int | None, *, lazy: bool) -> list[Instruction]:
    result: list[Instruction] = []
    for _ in range(least):
        result = _joined(result, code)
    if most is None:
        return _joined(result, _loop(code, lazy=lazy))
    for _ in range(most - least):
        result = _joined(result, _maybe(code, lazy=lazy))
    return result


def _loop(code: list[Instruction], *, lazy: bool) -> list[Instruction]:
    end = len(code) + 2
    split = Instruction(Op.SPLIT, first=end if lazy else 1, second=1 if lazy else end)
    return [split, *_moved(code, 1), Instruction(Op.JUMP, first=0)]


def _maybe(code: list[Instruction], *, lazy: bool) -> list[Instruction]:
    end = len(code) + 1
    return [Instruction(Op.SPLIT, first=end if lazy else 1, second=1 if lazy else end), *_moved(code, 1)]


def _moved(code: list[Instruction], by: int) -> list[Instruction]:
    return [
        Instruction(one.op, one.test, one.where, one.first + by, one.second + by)
        if one.op in (Op.JUMP, Op.SPLIT)
        else one
        for one in code
    ]
