"""``pykube apply``: create objects, or change them to what a file says."""

from __future__ import annotations

import json
from typing import Any

import click

from ..errors import ApiError, Conflict, NotFound, UnsupportedMediaType
from . import changes, cluster, printers
from .cluster import Cluster
from .failures import CliError, Failures, with_source
from .kinds import Kind
from .manifests import Manifest, filename_options, read_all
from .verb import Verb

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation that holds what was applied last; kubectl's, so that both can be used on the same objects."""

ATTEMPTS = 5
"""How often a change is tried again that met another one."""

EXAMPLES = """
Examples:
  pykube apply -f web.yaml                     create what is in the file, or change it to that
  pykube apply -f manifests/ -R                every file of a folder and those below
  cat web.yaml | pykube apply -f -             from standard input
  pykube apply -f web.yaml --dry-run=server    have it checked, change nothing

Next: 'pykube rollout status deployment/NAME' waits until a changed Deployment runs.
"""


@click.command(cls=Verb, epilog=EXAMPLES)
@cluster.options
@filename_options
@changes.dry_run_option
@click.option("--server-side", is_flag=True, help="Let the server merge, field by field with owners.")
@click.option("--force-conflicts", is_flag=True, help="With --server-side: take over fields that others own.")
@click.option("--field-manager", default="", metavar="NAME", help="The owner to record.")
@click.option(
    "--validate",
    type=click.Choice(["strict", "warn", "ignore", "true", "false"]),
    default="strict",
    help="What unknown and duplicate fields are: an error, a warning or nothing.",
)
@click.option("-o", "--output", "form", default="", metavar="FORM", help="Print the objects: yaml, json, name.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    cluster: Cluster,
    filenames: tuple[str, ...],
    recursive: bool,
    dry_run: str,
    form: str,
    **flags: Any,
) -> None:
    """Create objects, or change them to what a file says."""
    if not filenames:
        raise CliError("must specify --filename or -f")
    if flags["force_conflicts"] and not flags["server_side"]:
        raise CliError("--force-conflicts only works with --server-side")
    if flags["server_side"] and dry_run == "client":
        raise CliError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    enforced = bool(ctx.params.get("namespace") or ctx.find_root().params.get("namespace"))
    reporter = changes.Reporter(form, dry_run)
    applier = Applier(cluster, dry_run=dry_run, flags=flags)
    failures = Failures()
    for manifest in read_all(filenames, recursive=recursive):
        try:
            kind = applier.kind_of(manifest)
            namespace = manifest.namespace(kind, cluster.namespace, enforced=enforced)
            reporter.done(*applier.apply(manifest, kind, namespace))
        except (ApiError, CliError) as error:
            failures.add(error)
    reporter.finish()
    failures.finish()


class Applier:
    """Applies one manifest after the other."""

    def __init__(self, cluster: Cluster, *, dry_run: str, flags: dict[str, Any]) -> None:
        self._cluster = cluster
        self._http = cluster.http
        self._dry_run = dry_run
        self._flags = flags

    def kind_of(self, manifest: Manifest) -> Kind:
        """The server's resource for it, which an earlier manifest may have defined.

        Raises:
            CliError: there is none.
        """
        try:
            return manifest.kind_at(self._cluster.kinds)
        except CliError:
            self._cluster.kinds.forget()
            return manifest.kind_at(self._cluster.kinds)

    def apply(self, manifest: Manifest, kind: Kind, namespace: str) -> tuple[Any, str]:
        """The object afterwards, and what was done to it."""
        if not manifest.name:
            raise CliError(f'error when applying "{manifest.source}": resource name may not be empty')
        if self._flags["server_side"]:
            return self._server_side(manifest, kind, namespace)
        for attempt in range(ATTEMPTS):
            try:
                return self._once(manifest, kind, namespace)
            except Conflict as error:
                if attempt == ATTEMPTS - 1:
                    raise with_source(error, "applying patch from", manifest.source) from error
        raise AssertionError("the last turn returns or raises")

    def _once(self, manifest: Manifest, kind: Kind, namespace: str) -> tuple[Any, str]:
        path = kind.path(namespace, manifest.name)
        try:
            current = self._http.get(path)
        except NotFound:
            return self._create(manifest, kind, namespace), "created"
        except ApiError as error:
            raise with_source(error, "retrieving current configuration of", manifest.source) from error
        if LAST_APPLIED not in (current.get("metadata", {}).get("annotations") or {}):
            click.echo(_ADOPTED.format(name=printers.name_of(current)), err=True)
        wanted = annotated(manifest.document, namespace)
        if self._dry_run == "client":
            return current, "configured"
        body, content_type = make_patch(current, wanted)
        if not body:
            return current, "unchanged"
        try:
            answer = self._http.request("PATCH", path, params=self._params(), body=body, content_type=content_type)
        except Conflict:
            raise
        except ApiError as error:
            raise with_source(error, "applying patch to", manifest.source) from error
        changed = json.loads(answer)
        same = (
            self._dry_run == "none" and changed["metadata"]["resourceVersion"] == current["metadata"]["resourceVersion"]
        )
        return changed, "unchanged" if same else "configured"

    def _create(self, manifest: Manifest, kind: Kind, namespace: str) -> Any:
        wanted = annotated(manifest.document, namespace)
        if self._dry_run == "client":
            return wanted
        try:
            return json.loads(self._http.request("POST", kind.path(namespace), params=self._params(), body=wanted))
        except ApiError as error:
            raise with_source(error, "creating", manifest.source) from error

    def _server_side(self, manifest: Manifest, kind: Kind, namespace: str) -> tuple[Any, str]:
        params = {**self._params("kubectl"), "force": str(self._flags["force_conflicts"]).lower()}
        try:
            answer = self._http.request(
                "PATCH",
                kind.path(namespace, manifest.name),
                params=params,
                body=placed(manifest.document, namespace),
                content_type="application/apply-patch+yaml",
            )
        except UnsupportedMediaType as error:
            raise CliError("this server does not offer server-side apply: leave out --server-side") from error
        except Conflict as error:
            raise CliError(f"Apply failed: {error.message}\n{_CONFLICTS}") from error
        except ApiError as error:
            raise with_source(error, "applying", manifest.source) from error
        return json.loads(answer), "serverside-applied"

    def _params(self, manager: str = changes.FIELD_MANAGER) -> dict[str, str]:
        validation = {"strict": "Strict", "true": "Strict", "warn": "Warn"}.get(self._flags["validate"], "Ignore")
        return changes.params(
            self._dry_run, fieldManager=self._flags["field_manager"] or manager, fieldValidation=validation
        )


_ADOPTED = (
    "Warning: resource {name} was not made by apply and lacks the annotation that says what was applied last. "
    "It is added now; fields that are left out of the file from now on are removed."
)
_CONFLICTS = "Use --force-conflicts to take these fields over, or leave them out of the file."


def placed(document: dict[str, Any], namespace: str) -> dict[str, Any]:
    """A copy that says its namespace."""
    metadata = {**document["metadata"], **({"namespace": namespace} if namespace else {})}
    return {**document, "metadata": metadata}


def annotated(document: dict[str, Any], namespace: str) -> dict[str, Any]:
    """A copy that carries itself, as written, in the annotation `LAST_APPLIED`."""
    found = placed(document, namespace)
    annotations = {
        key: value for key, value in (found["metadata"].get("annotations") or {}).items() if key != LAST_APPLIED
    }
    plain = {**found, "metadata": {**found["metadata"], "annotations": annotations}}
    text = json.dumps(plain, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"
    return {**plain, "metadata": {**plain["metadata"], "annotations": {**annotations, LAST_APPLIED: text}}}


def last_applied(current: dict[str, Any]) -> dict[str, Any]:
    """What was applied last, empty if nothing was."""
    text = (current.get("metadata", {}).get("annotations") or {}).get(LAST_APPLIED, "")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def make_patch(current: dict[str, Any], wanted: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The patch and its content type; strategic where the kind is built in and its lists allow."""
    # Only objects that exist already and differ need the types; importing them takes as long as the rest of the verb.
    from ..api import scheme
    from .three_way import AmbiguousList, patch

    original = last_applied(current)
    resource = scheme.by_kind(wanted["apiVersion"], wanted["kind"])
    if resource is not None:
        try:
            body = patch(original, wanted, current, resource.type)
            return body, "application/strategic-merge-patch+json"
        except AmbiguousList:
            pass
    return patch(original, wanted, current, None), "application/merge-patch+json"
