"""Who is served when, as stories.

A story is a list of lines; ``#`` begins a comment:

    level seats=4 queues=16 hand=4 length=2     a priority level; queues=0 rejects what finds no seat
    10 alice [seats=2] -> 4 run, 5 wait, 1 rejected    ten requests of a user come at once, and what becomes of them
    end 2 alice -> bob 1, alice 1               two of alice's requests are answered; who begins by that, in order
    leave 3 alice -> nobody                     three of alice's waiting clients go away
    after 20ms                                  time passes
    seats=2 -> nobody                           the level has another number of seats from now on
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from pykube.apiserver.flowcontrol.queues import QueueSet, Request, Verdict
from pykube.apiserver.flowcontrol.shuffle import deal, flow_hash

STORIES = sorted(Path(__file__).parent.glob("*.txt"))

_WORDS = {Verdict.EXECUTE: "run", Verdict.WAIT: "wait", Verdict.REJECT: "rejected"}


class Level:
    """The level of a story, and whose requests are in it."""

    def __init__(self, *, seats: int, queues: int, hand: int, length: int) -> None:
        self.level = QueueSet(0.0)
        self.queues, self.hand, self.length = queues, hand, length
        self.now = 0.0
        self.owner: dict[Request, str] = {}
        self.waiting: list[Request] = []
        self.running: list[Request] = []
        self.configure(seats)

    def configure(self, seats: int) -> str:
        return self.begin(self.level.configure(self.now, limit=seats, queues=self.queues, queue_length=self.length))

    def come(self, count: int, user: str, seats: int) -> str:
        hand = deal(flow_hash("story", user), deck=self.queues, hand=self.hand) if self.queues else ()
        outcome = dict.fromkeys(Verdict, 0)
        for _ in range(count):
            request = Request()
            if seats > 1:
                request.widen(seats)
            self.owner[request] = user
            verdict = self.level.arrive(request, hand, self.now)
            outcome[verdict] += 1
            if verdict is not Verdict.REJECT:
                (self.running if verdict is Verdict.EXECUTE else self.waiting).append(request)
        return ", ".join(f"{number} {_WORDS[verdict]}" for verdict, number in outcome.items() if number)

    def take(self, among: list[Request], user: str) -> Request:
        found = next(request for request in among if self.owner[request] == user)
        among.remove(found)
        return found

    def begin(self, started: list[Request]) -> str:
        for request in started:
            self.waiting.remove(request)
            self.running.append(request)
        runs = itertools.groupby(self.owner[request] for request in started)
        return ", ".join(f"{user} {len(list(group))}" for user, group in runs) or "nobody"

    def end(self, count: int, user: str) -> str:
        over = [self.take(self.running, user) for _ in range(count)]
        return self.begin([begun for request in over for begun in self.level.finish(request, self.now)])

    def leave(self, count: int, user: str) -> str:
        gone = [self.take(self.waiting, user) for _ in range(count)]
        return self.begin([begun for request in gone for begun in self.level.withdraw(request, self.now)])


def play(text: str) -> None:
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    head, *rest = [line for line in lines if line]
    level = Level(**{name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", head)})
    for line in rest:
        asked, _, expected = (part.strip() for part in line.partition("->"))
        words = asked.split()
        if words[0] == "after":
            level.now += float(words[1].removesuffix("ms")) / 1000
            continue
        if words[0] in ("end", "leave"):
            outcome = getattr(level, words[0])(int(words[1]), words[2])
        elif asked.startswith("seats="):
            outcome = level.configure(int(asked.removeprefix("seats=")))
        else:
            wide = re.search(r"seats=(\d+)", asked)
            outcome = level.come(int(words[0]), words[1], int(wide[1]) if wide else 1)
        assert outcome == expected, line


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    play(path.read_text())
