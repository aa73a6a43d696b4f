"""``pykube certs``: look at the keys and certificates of this server's host, and make them anew."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..aio.clock import SystemClock
from ..config import ServerConfig, pki_folder
from ..pki import rotation, signing_keys
from ..pki.host import ensure_host, pairs
from ..pki.inspection import Finding, inspect_authorities, inspect_kubeconfig, inspect_pair
from ..pki.rotation import Step
from ..pki.server import AUTHORITY, FRONT_PROXY_AUTHORITY, ServerPki, profiles
from . import output, settings
from .authority_change import laggards
from .failures import CliError
from .verb import VerbGroup

AUTHORITIES = (AUTHORITY, FRONT_PROXY_AUTHORITY)

EXAMPLES = """
Examples:
  pykube certs check                            what there is, how long it lasts, what is wrong with it
  pykube certs rotate                           all certificates anew; also when they have expired
  pykube certs rotate apiserver admin
  pykube certs rotate --service-account-key     sign tokens with a new key, accept those of the old one
  pykube certs rotate-ca                        the next step of changing the cluster's authority
"""

_TAKEN_UP = "A server that runs takes it up within seconds; open connections stay."
_NEXT = {
    Step.TRUST: "Agents and pods trust both authorities within three minutes. Then run it again: the next one signs.",
    Step.ISSUE: "Certificates of the old authority still count. When nodes have got theirs of the new one, and users "
    "have copied {admin} again, run it once more: the old one is dropped.",
    Step.DROP: "The change is complete. Programs that read whom to trust only when they start, such as pods with "
    "clients of the API, need a restart if they run since before the change.",
}


@click.group(cls=VerbGroup, epilog=EXAMPLES)
def command() -> None:
    """Look at the keys and certificates of this server's host, and make them anew.

    They are renewed by themselves, at two thirds of their life. Run this as root on a server's host.
    """


@command.command("check")
@settings.options(ServerConfig)
def check(config: Path, **flags: Any) -> None:
    """Show every certificate of this host; the exit code is 1 if there is a problem with one."""
    with _told_plainly():
        findings = _findings(settings.load(ServerConfig, "server", config, flags), SystemClock().now())
    now = SystemClock().now()
    rows = [[one.name, one.subject, _left(one, now), one.issuer, ", ".join(one.problems) or "-"] for one in findings]
    output.table(["NAME", "SUBJECT", "EXPIRES", "ISSUER", "PROBLEMS"], rows)
    if any(one.problems for one in findings):
        sys.exit(1)


@command.command("rotate")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--service-account-key", is_flag=True, help="Sign tokens with a new key instead; the old is accepted.")
@click.option("--forget-old-keys", is_flag=True, help="Accept no tokens but those of the present key.")
@settings.options(ServerConfig)
def rotate(
    config: Path, names: tuple[str, ...], service_account_key: bool, forget_old_keys: bool, **flags: Any
) -> None:
    """Make certificates anew, all or those named, whether or not they have expired. No server needs to run."""
    chosen = settings.load(ServerConfig, "server", config, flags)
    with _told_plainly():
        if service_account_key or forget_old_keys:
            _rotate_keys(pki_folder(chosen), new=service_account_key, forget=forget_old_keys)
        else:
            _rotate_certificates(chosen, names)
    click.echo(_TAKEN_UP)


@command.command("rotate-ca")
@click.option("--authority", type=click.Choice(AUTHORITIES), default=AUTHORITY, help="Which one. Default: ca")
@click.option("--force", is_flag=True, help="Do not wait for nodes that have not followed.")
@click.option("--at-once", is_flag=True, help="All steps now: every node has to join again.")
@settings.options(ServerConfig)
def rotate_ca(config: Path, authority: str, force: bool, at_once: bool, **flags: Any) -> None:
    """Do the next of the three steps from one authority to the next: trust both, sign with the new, drop the old."""
    chosen = settings.load(ServerConfig, "server", config, flags)
    folder, now = pki_folder(chosen), SystemClock().now()
    with _told_plainly():
        if at_once:
            rotation.replace_at_once(folder, authority, now)
            done = Step.DROP
        else:
            if not force and authority == AUTHORITY:
                _wait_for_nobody(chosen, rotation.next_step(folder, authority))
            done = rotation.advance(folder, authority, now)
        _, issued = ensure_host(chosen, now)
    trusted = rotation.trusted(folder, authority)
    click.echo(f"step '{done.value}' is done; trusted: {', '.join(one.subject.rfc4514_string() for one in trusted)}")
    _tell_issued(issued)
    click.echo(_TAKEN_UP)
    click.echo(_NEXT[done].format(admin=chosen.config_dir / "admin.kubeconfig"))


def _findings(config: ServerConfig, now: datetime) -> list[Finding]:
    folder = pki_folder(config)
    trusted = {name: rotation.trusted(folder, name) for name in AUTHORITIES}
    findings = [one for name in AUTHORITIES for one in inspect_authorities(name, trusted[name], now)]
    pki = ServerPki.load(folder)
    signers = {
        name: FRONT_PROXY_AUTHORITY if signer is pki.front_proxy_authority else AUTHORITY
        for name, (signer, _) in profiles(pki, config).items()
    }
    for name, pair in pairs(pki, config):
        authorities = trusted[signers.get(name, AUTHORITY)]
        findings.append(inspect_pair(name, pair.certificate, pair.key, authorities, now))
    findings.append(inspect_kubeconfig(config.config_dir / "admin.kubeconfig", trusted[AUTHORITY], now))
    return findings


def _left(finding: Finding, now: datetime) -> str:
    if finding.expires is None:
        return "-"
    days = (finding.expires - now).total_seconds() / 86400
    return f"{finding.expires:%Y-%m-%d %H:%M} ({days:.0f}d)"


def _rotate_certificates(config: ServerConfig, names: Sequence[str]) -> None:
    now, folder = SystemClock().now(), pki_folder(config)
    for authority in AUTHORITIES:
        if (folder / f"{authority}.crt").exists() and now >= rotation.trusted(folder, authority)[0].not_valid_after_utc:
            rotation.replace_at_once(folder, authority, now)
            click.echo(f"{authority} had expired: it is made anew; nodes that joined by a token have to join again")
    pki, _ = ensure_host(config, now)
    known = {*profiles(pki, config), "kubelet"}
    if unknown := sorted(set(names) - known):
        raise CliError(f"there is no certificate {unknown[0]!r}; there are: {', '.join(sorted(known))}")
    _, issued = ensure_host(config, now, anew=frozenset(names or known))
    _tell_issued(issued)
    if "admin" in issued:
        click.echo(f"{config.config_dir / 'admin.kubeconfig'} is new; copies of it go on to work until they expire")


def _rotate_keys(folder: Path, *, new: bool, forget: bool) -> None:
    if forget:
        gone = signing_keys.forget_old(folder)
        click.echo(f"forgotten: {', '.join(gone) or 'none'}")
    if new:
        click.echo(f"tokens are signed with key {signing_keys.rotate(folder)}; those of the old one are accepted")


def _wait_for_nobody(config: ServerConfig, step: Step) -> None:
    """Refuse a step that would cut off nodes.

    Raises:
        CliError: some have not followed yet, or nobody can be asked.
    """
    if step is Step.TRUST:
        return
    behind = laggards(config, step)
    if behind:
        names = ", ".join(behind)
        raise CliError(f"not followed the step before have: {names}; wait some minutes, or cut them off with --force")


def _tell_issued(issued: frozenset[str]) -> None:
    if issued:
        click.echo(f"issued anew: {', '.join(sorted(issued))}")


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """What is wrong with files is an error message, no traceback."""
    try:
        yield
    except OSError as error:
        hint = "; run it as root on a server's host" if isinstance(error, PermissionError | FileNotFoundError) else ""
        raise CliError(f"{error.filename or 'a file'}: {error.strerror}{hint}") from error
    except ValueError as error:
        raise CliError(str(error)) from error
