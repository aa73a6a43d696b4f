"""OCI images made from what lies on the host: a folder, static binaries, busybox. No registry, no docker.

The result is a tar in the OCI image layout (https://github.com/opencontainers/image-spec), with Docker's manifest.json
beside it, so that `ctr images import` and `docker load` both read it. The same contents give the same digest: times
are zero, entries are sorted, owners are root.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from agent.cri.elf import ElfError, interpreter

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x"}


class BuildError(Exception):
    """The image cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """How a container of the image runs, unless the pod says otherwise."""

    entrypoint: Sequence[str] = ()
    cmd: Sequence[str] = ()
    env: Sequence[str] = ()
    """``NAME=value``; a PATH is added where none is given."""
    user: str = ""
    """``name``, ``uid`` or ``uid:gid``; empty is root."""
    working_dir: str = "/"
    exposed_ports: Sequence[str] = ()
    """``8080/tcp``; a bare number means tcp."""
    labels: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageContents:
    """What lies in the image's one layer."""

    folder: Path | None = None
    """A folder whose contents become the root directory (or `folder_at`)."""
    folder_at: str = "/"
    files: Mapping[str, Path] = field(default_factory=dict)
    """Path in the image -> file of the host; an ELF file must be static."""
    busybox: Path | None = None
    """A static busybox, placed at /bin/busybox with a link for each of its applets."""
    base: bool = True
    """Whether to add /tmp, /etc/passwd and the directories that programs expect."""


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An archive on disk; `digest` is the manifest's, by which a runtime knows the image."""

    name: str
    archive: Path
    digest: str
    size: int


def build(name: str, contents: ImageContents, config: ImageConfig, archive: Path) -> BuiltImage:
    """Write the image called `name` (``registry/repository:tag``) to `archive`.

    Raises:
        BuildError: a file is missing or dynamically linked, or the name has no tag.
    """
    name = normalized(name)
    with tempfile.TemporaryFile(dir=archive.parent) as layer:
        diff_id, size = _write_layer(contents, layer)
        config_blob = _encoded(_config(config, diff_id))
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _descriptor(CONFIG_TYPE, config_blob),
            "layers": [{"mediaType": LAYER_TYPE, "digest": diff_id, "size": size}],
        }
        manifest_blob = _encoded(manifest)
        layer.seek(0)
        _write_archive(archive, name, (config_blob, manifest_blob), layer=(layer, diff_id, size))
    return BuiltImage(name, archive, _digest(manifest_blob), archive.stat().st_size)


def normalized(name: str) -> str:
    """`name` with registry and tag written out, as runtimes store it: ``web`` is ``docker.io/library/web:latest``."""
    first, slash, rest = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    elif not rest:
        raise BuildError(f"{name!r} is no image name")
    if "@" in name:
        raise BuildError(f"{name!r} has a digest; a new image is named by a tag")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _write_archive(archive: Path, name: str, blobs: tuple[bytes, bytes], *, layer: tuple[BinaryIO, str, int]) -> None:
    config_blob, manifest_blob = blobs
    stream, diff_id, size = layer
    annotations = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.rpartition(":")[2]}
    described = _descriptor(MANIFEST_TYPE, manifest_blob) | {"annotations": annotations}
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [described]}
    docker = [{"Config": _blob_path(_digest(config_blob)), "RepoTags": [name], "Layers": [_blob_path(diff_id)]}]
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
        _add_bytes(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        _add_bytes(tar, "index.json", _encoded(index))
        _add_bytes(tar, "manifest.json", _encoded(docker))
        for blob in (config_blob, manifest_blob):
            _add_bytes(tar, _blob_path(_digest(blob)), blob)
        entry = _entry(_blob_path(diff_id), 0o644)
        entry.size = size
        tar.addfile(entry, stream)


def _config(config: ImageConfig, diff_id: str) -> dict[str, Any]:
    env = list(config.env)
    if not any(one.startswith("PATH=") for one in env):
        env.insert(0, DEFAULT_PATH)
    run: dict[str, Any] = {"Env": env, "WorkingDir": config.working_dir}
    if config.entrypoint:
        run["Entrypoint"] = list(config.entrypoint)
    if config.cmd:
        run["Cmd"] = list(config.cmd)
    if config.user:
        run["User"] = config.user
    if config.exposed_ports:
        run["ExposedPorts"] = {port if "/" in port else f"{port}/tcp": {} for port in config.exposed_ports}
    if config.labels:
        run["Labels"] = dict(config.labels)
    if config.stop_signal:
        run["StopSignal"] = config.stop_signal
    return {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "pykube image build"}],
    }


# The layer


class _HashingFile(io.RawIOBase):
    """Passes what is written on to a file, keeping its digest and length."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hash.update(data)
        self.size += len(data)
        self._target.write(data)
        return len(data)


def _write_layer(contents: ImageContents, target: BinaryIO) -> tuple[str, int]:
    """Write the layer's tar to `target`; returns its digest and size."""
    entries = _entries(contents)
    hashing = _HashingFile(target)
    with tarfile.open(fileobj=hashing, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(entries):
            entry, source = entries[path]
            if isinstance(source, Path):
                with source.open("rb") as stream:
                    tar.addfile(entry, stream)
            else:
                tar.addfile(entry, io.BytesIO(source) if source is not None else None)
    return f"sha256:{hashing.hash.hexdigest()}", hashing.size


Entries = dict[str, tuple[tarfile.TarInfo, Path | bytes | None]]


def _entries(contents: ImageContents) -> Entries:
    """Every path of the layer; later sources replace earlier ones: base, busybox, folder, files."""
    entries: Entries = {}
    if contents.base:
        _add_base(entries)
    if contents.busybox:
        _add_busybox(entries, contents.busybox)
    if contents.folder:
        _add_folder(entries, contents.folder, contents.folder_at.strip("/"))
    for path, source in contents.files.items():
        _add_file(entries, path.strip("/"), source)
    return entries


def _add_base(entries: Entries) -> None:
    for path, mode in (("root", 0o700), ("tmp", 0o1777), ("var/tmp", 0o1777), ("proc", 0o555), ("sys", 0o555)):
        _add_directory(entries, path, mode)
    for path in ("dev", "run", "home", "var/log"):
        _add_directory(entries, path)
    _add_text(entries, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
    _add_text(entries, "etc/group", "root:x:0:\nnogroup:x:65534:\n")


def _add_busybox(entries: Entries, busybox: Path) -> None:
    _add_file(entries, "bin/busybox", busybox)
    try:
        listed = subprocess.run([str(busybox), "--list-full"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"{busybox} does not list its applets: {error}") from error
    for path in listed.split():
        if path != "bin/busybox":
            _add_link(entries, path, "/bin/busybox")


def _add_folder(entries: Entries, folder: Path, at: str) -> None:
    if not folder.is_dir():
        raise BuildError(f"{folder} is not a folder")
    for source in sorted(folder.rglob("*")):
        path = f"{at}/{source.relative_to(folder)}".lstrip("/")
        if source.is_symlink():
            _add_link(entries, path, str(source.readlink()))
        elif source.is_dir():
            _add_directory(entries, path, source.stat().st_mode & 0o7777)
        elif source.is_file():
            _add_regular(entries, path, source)
        else:
            raise BuildError(f"{source} is neither file, folder nor link")


def _add_file(entries: Entries, path: str, source: Path) -> None:
    """Add a file named by the caller: a program that could not start in the image is refused."""
    if not source.is_file():
        raise BuildError(f"{source} does not exist")
    try:
        needed = interpreter(source)
    except ElfError:
        needed = ""
    if needed:
        raise BuildError(f"{source} is dynamically linked (it needs {needed}): use a static build, or a folder")
    _add_regular(entries, path, source)


def _add_regular(entries: Entries, path: str, source: Path) -> None:
    _add_parents(entries, path)
    status = source.stat()
    entry = _entry(path, status.st_mode & 0o7777)
    entry.size = status.st_size
    entries[path] = (entry, source)


def _add_text(entries: Entries, path: str, text: str) -> None:
    _add_parents(entries, path)
    entry = _entry(path, 0o644)
    entry.size = len(text.encode())
    entries[path] = (entry, text.encode())


def _add_link(entries: Entries, path: str, target: str) -> None:
    _add_parents(entries, path)
    entry = _entry(path, 0o777)
    entry.type = tarfile.SYMTYPE
    entry.linkname = target
    entries[path] = (entry, None)


def _add_directory(entries: Entries, path: str, mode: int = 0o755) -> None:
    _add_parents(entries, path)
    entry = _entry(path, mode)
    entry.type = tarfile.DIRTYPE
    entries[path] = (entry, None)


def _add_parents(entries: Entries, path: str) -> None:
    parent = path.rpartition("/")[0]
    if parent and parent not in entries:
        _add_directory(entries, parent)


# Blobs


def _entry(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode = mode
    entry.mtime = 0
    return entry


def _add_bytes(tar: tarfile.TarFile, path: str, data: bytes) -> None:
    entry = _entry(path, 0o644)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _descriptor(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(data), "size": len(data)}


def _blob_path(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _encoded(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
