"""``pykube token``: the tokens by which nodes join."""

from __future__ import annotations

import base64
import importlib
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from ..aio.clock import SystemClock
from ..client.config import ClientConfig
from ..errors import NotFound
from ..pki.join_token import NAMESPACE, SECRET_PREFIX, SECRET_TYPE, JoinToken, node_group
from . import cluster
from .arguments import seconds
from .cluster import Cluster
from .failures import CliError
from .output import table
from .verb import VerbGroup

USAGES = ("authentication", "signing")
PATH = f"/api/v1/namespaces/{NAMESPACE}/secrets"

EXAMPLES = """
Examples:
  pykube token create                           print the command with which a node joins, good for a day
  pykube token create --ttl 1h --description 'rack 7'
  pykube token create --node n1                 for n1 alone, also where there is a Node n1 whose host was lost
  pykube token list
  pykube token delete abcdef
"""

Secret = dict[str, Any]


@click.group(cls=VerbGroup, epilog=EXAMPLES)
def command() -> None:
    """Make, list and delete the tokens by which nodes join."""


@command.command("create")
@click.option("--ttl", default="24h", metavar="DURATION", help="How long it is good; 0 for ever. Default: 24h")
@click.option("--node", default="", metavar="NAME", help="Only for the node of this name, which may exist already.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option("--usages", default=",".join(USAGES), metavar="USAGE,...", help="authentication, signing. Default: both")
@click.option("--groups", default="", metavar="GROUP,...", help="More groups, system:bootstrappers:<name> each.")
@click.option("-q", "--quiet", is_flag=True, help="Print the token alone.")
@cluster.options
def create(cluster: Cluster, *, ttl: str, node: str, description: str, usages: str, groups: str, quiet: bool) -> None:
    """Make a token, and print the command with which a node joins by it."""
    made = JoinToken.new()
    token = JoinToken(made.id, made.secret, _hashes(cluster.config))
    all_groups = [group for group in groups.split(",") if group] + ([node_group(node)] if node else [])
    lasts = seconds(ttl)
    cluster.http.request(
        "POST",
        PATH,
        body=_secret(
            token,
            expiration=SystemClock().now() + timedelta(seconds=lasts) if lasts else None,
            usages=_usages(usages),
            groups=all_groups,
            description=description,
        ),
    )
    if quiet:
        click.echo(str(token))
        return
    until = f"within {ttl}" if lasts else "at any time"
    click.echo(f"# run this {until} as root on the host that is to join; its secret is good for nothing else", err=True)
    name = f" --node-name {node}" if node else ""
    click.echo(f"pykube agent --server {cluster.config.server}{name} --token {token}")


@command.command("list")
@cluster.options
def list_tokens(cluster: Cluster) -> None:
    """Show the tokens, without their secrets."""
    now = SystemClock().now()
    found = cluster.http.get(PATH, params={"fieldSelector": f"type={SECRET_TYPE}"})["items"]
    rows = [_row({key: _text(value) for key, value in (one.get("data") or {}).items()}, now) for one in found]
    table(["ID", "EXPIRES", "USAGES", "GROUPS", "DESCRIPTION"], sorted(rows))


@command.command("delete")
@click.argument("tokens", nargs=-1, required=True, metavar="ID...")
@cluster.options
def delete(cluster: Cluster, *, tokens: tuple[str, ...]) -> None:
    """Delete tokens, by their first parts; nodes that have joined by them stay."""
    for text in tokens:
        token_id = text.partition(".")[0]
        try:
            cluster.http.request("DELETE", f"{PATH}/{SECRET_PREFIX}{token_id}")
        except NotFound as error:
            raise CliError(f"there is no token {token_id!r}") from error
        click.echo(f"token {token_id} deleted")


def _secret(
    token: JoinToken, *, expiration: datetime | None, usages: list[str], groups: list[str], description: str
) -> Secret:
    data = {"token-id": token.id, "token-secret": token.secret}
    data |= {f"usage-bootstrap-{usage}": "true" for usage in usages}
    if expiration is not None:
        data["expiration"] = expiration.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    if groups:
        data["auth-extra-groups"] = ",".join(groups)
    if description:
        data["description"] = description
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET_PREFIX + token.id, "namespace": NAMESPACE},
        "type": SECRET_TYPE,
        "stringData": data,
    }


def _hashes(config: ClientConfig) -> tuple[str, ...]:
    """Of the authorities that this command itself trusts: the server has proven to come from one of them."""
    pem = config.ca_file.read_bytes() if config.ca_file is not None else config.ca_data.encode()
    if not pem:
        raise CliError("the kubeconfig names no authority of the cluster, whose hash the token has to carry")
    # that library takes 0.1 s to load, which the other verbs do without
    hashes: tuple[str, ...] = importlib.import_module("pykube.pki.joining").public_key_hashes(pem)
    return hashes


def _usages(text: str) -> list[str]:
    found = [usage.strip() for usage in text.split(",") if usage.strip()]
    if wrong := sorted(set(found) - set(USAGES)):
        raise CliError(f"there is no usage {wrong[0]!r}; there are: {', '.join(USAGES)}")
    return found


def _row(data: dict[str, str], now: datetime) -> list[str]:
    usages = ",".join(usage for usage in USAGES if data.get(f"usage-bootstrap-{usage}") == "true")
    groups, description = data.get("auth-extra-groups", ""), data.get("description", "")
    return [data.get("token-id", "?"), _expiry(data.get("expiration", ""), now), usages, groups or "-", description]


def _expiry(text: str, now: datetime) -> str:
    if not text:
        return "never"
    try:
        left = (datetime.fromisoformat(text) - now).total_seconds()
    except (ValueError, TypeError):
        return f"invalid: {text}"
    if left <= 0:
        return "expired"
    hours, minutes = divmod(int(left // 60), 60)
    return f"in {hours}h{minutes:02d}m"


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode("utf-8", "replace")
