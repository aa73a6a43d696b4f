"""Images: the same contents give the same digest, and what cannot run is refused."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from agent.cri.image_archive import archive_names
from agent.cri.image_build import BuildError, ImageConfig, ImageContents, build, normalized


def read_image(archive: Path) -> tuple[dict[str, object], dict[str, tarfile.TarInfo]]:
    """The image's run configuration, and the entries of its layer."""
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]  # type: ignore[arg-type]
        config = json.load(tar.extractfile(manifest["Config"]))  # type: ignore[arg-type]
        with tarfile.open(fileobj=tar.extractfile(manifest["Layers"][0])) as layer:
            return config["config"], {entry.name: entry for entry in layer.getmembers()}


def test_folder_becomes_the_root(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "www").mkdir(parents=True)
    (folder / "www" / "index.html").write_text("hello")
    (folder / "link").symlink_to("www/index.html")
    config = ImageConfig(cmd=("serve",), exposed_ports=("80",), env=("A=b",), user="nobody")
    built = build("web", ImageContents(folder=folder), config, tmp_path / "web.tar")
    run, entries = read_image(built.archive)
    assert built.name == "docker.io/library/web:latest"
    assert run["Cmd"] == ["serve"]
    assert run["ExposedPorts"] == {"80/tcp": {}}
    assert run["User"] == "nobody"
    assert "A=b" in run["Env"]  # type: ignore[operator]
    assert entries["www/index.html"].size == 5
    assert entries["link"].linkname == "www/index.html"
    assert entries["tmp"].mode == 0o1777
    assert {entry.mtime for entry in entries.values()} == {0}


def test_same_contents_same_digest(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "b").write_text("b")
    (folder / "a").write_text("a")
    first = build("x:1", ImageContents(folder=folder), ImageConfig(), tmp_path / "1.tar")
    (folder / "a").touch()
    second = build("x:1", ImageContents(folder=folder), ImageConfig(), tmp_path / "2.tar")
    (folder / "a").write_text("c")
    third = build("x:1", ImageContents(folder=folder), ImageConfig(), tmp_path / "3.tar")
    assert first.digest == second.digest != third.digest


def test_dynamic_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="dynamically linked"):
        build("x", ImageContents(files={"/bin/sh": Path("/usr/bin/env")}), ImageConfig(), tmp_path / "x.tar")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="/no/such does not exist"):
        build("x", ImageContents(files={"/x": Path("/no/such")}), ImageConfig(), tmp_path / "x.tar")


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("web", "docker.io/library/web:latest"),
        ("web:2", "docker.io/library/web:2"),
        ("team/web", "docker.io/team/web:latest"),
        ("localhost/web:1", "localhost/web:1"),
        ("registry.example:5000/web", "registry.example:5000/web:latest"),
    ],
)
def test_names_are_written_out(name: str, full: str) -> None:
    assert normalized(name) == full


def test_archive_tells_its_names(tmp_path: Path) -> None:
    built = build("team/web:2", ImageContents(), ImageConfig(), tmp_path / "web.tar")
    assert archive_names(built.archive) == ["docker.io/team/web:2"]
    (tmp_path / "no.tar").write_text("no archive")
    assert archive_names(tmp_path / "no.tar") == []
