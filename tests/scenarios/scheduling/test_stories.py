from pathlib import Path

import pytest

from tests.scenarios.scheduling.story import play

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    play(path.read_text())
