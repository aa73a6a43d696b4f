"""``pykube image``: images of this host, made and kept without a registry."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

import click

from agent.cri.client import CriClient
from agent.cri.containerd_images import ContainerdError, ContainerdImages
from agent.cri.errors import CriError
from agent.cri.image_build import BuildError, ImageConfig, ImageContents, build

from ..config import AgentConfig
from . import output


@click.group()
def command() -> None:
    """Build, import and list images of this host's runtime; no registry is needed."""


def _pair(value: str) -> tuple[str, Path]:
    source, _, target = value.partition(":")
    target = target or f"/bin/{Path(source).name}"
    if not target.startswith("/"):
        raise click.BadParameter(f"{target!r}: the path in the image must be absolute", param_hint="--binary")
    return target, Path(source)


@command.command("build")
@click.option("--tag", required=True, metavar="NAME:TAG", help="The image's name, such as pykube.local/tool:1.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Its contents become /.")
@click.option("--binary", "binaries", multiple=True, metavar="FILE[:PATH]", help="A static binary or other file.")
@click.option("--busybox", is_flag=True, help="The host's static busybox, with all its applets as links.")
@click.option("--entrypoint", multiple=True, metavar="WORD", help="The command's fixed part, a word each.")
@click.option("--cmd", multiple=True, metavar="WORD", help="The command's default arguments, a word each.")
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="An environment variable.")
@click.option("--user", default="", metavar="USER", help="Who runs the command: a name, a uid, or uid:gid.")
@click.option("--workdir", default="/", metavar="PATH", help="Where the command starts.")
@click.option("--port", "ports", multiple=True, metavar="PORT", help="A port it listens on: 8080 or 53/udp.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the image to this tar file.")
@click.option("--import", "do_import", is_flag=True, help="Import the image into this host's runtime, pinned.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def build_image(
    *,
    tag: str,
    folder: Path | None,
    binaries: tuple[str, ...],
    busybox: bool,
    entrypoint: tuple[str, ...],
    cmd: tuple[str, ...],
    env: tuple[str, ...],
    user: str,
    workdir: str,
    ports: tuple[str, ...],
    output: Path | None,
    do_import: bool,
    quiet: bool,
) -> None:
    """Make an OCI image from a folder or from files of this host.

    \b
    pykube image build --tag pykube.local/box:1 --busybox --import
    pykube image build --tag pykube.local/app:1 --folder ./root --entrypoint /bin/app --output app.tar
    """
    if not (output or do_import):
        raise click.UsageError("say where the image goes: --import, --output FILE, or both")
    box = shutil.which("busybox") if busybox else None
    if busybox and box is None:
        raise click.ClickException("this host has no busybox; on Debian and Ubuntu: apt-get install busybox-static")
    files = dict(_pair(value) for value in binaries)
    contents = ImageContents(folder=folder, files=files, busybox=Path(box) if box else None)
    config = ImageConfig(entrypoint=entrypoint, cmd=cmd, env=env, user=user, working_dir=workdir, exposed_ports=ports)
    with tempfile.TemporaryDirectory() as directory:
        archive = output or Path(directory) / "image.tar"
        try:
            built = build(tag, contents, config, archive)
            if do_import:
                asyncio.run(ContainerdImages.of(AgentConfig()).import_archive(archive))
        except (BuildError, ContainerdError, OSError) as error:
            raise click.ClickException(str(error)) from error
    if not quiet:
        click.echo(f"{built.name} {built.digest}")


@command.command("import")
@click.argument("archives", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_images(archives: tuple[Path, ...]) -> None:
    """Import OCI or Docker archives (tar files) into this host's runtime; they are never garbage-collected."""
    for archive in archives:
        try:
            for name in asyncio.run(ContainerdImages.of(AgentConfig()).import_archive(archive)):
                click.echo(f"{name} imported")
        except ContainerdError as error:
            raise click.ClickException(str(error)) from error


@command.command("list")
@click.option("-q", "--quiet", is_flag=True, help="Only the names.")
def list_images(quiet: bool) -> None:
    """List the images of this host's runtime."""
    try:
        images = asyncio.run(_images())
    except CriError as error:
        raise click.ClickException(f"the runtime does not answer ({error}); is 'pykube agent' running?") from error
    rows = [
        (name, image_id.removeprefix("sha256:")[:12], f"{size / 1e6:.1f} MB", "pinned" if pinned else "")
        for name, image_id, size, pinned in sorted(images)
    ]
    if quiet:
        for row in rows:
            click.echo(row[0])
        return
    output.table(("NAME", "ID", "SIZE", "KEPT"), rows)


async def _images() -> list[tuple[str, str, int, bool]]:
    async with CriClient(f"unix://{AgentConfig().run_dir}/containerd/containerd.sock") as runtime:
        found = await runtime.list_images()
    return [(name, image.id, image.size, image.pinned) for image in found for name in image.repo_tags]
