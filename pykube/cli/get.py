"""``pykube get``: show objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from pykube.api.jsonpath import JsonPathError, Template, relaxed

from ..errors import ApiError, from_status
from . import arguments, cluster, completing, printers
from .arguments import Asked
from .cluster import Cluster
from .failures import CliError, Failures
from .manifests import filename_options, read_all
from .server_table import ACCEPT, Look, ServerTable, sort_key, sort_rows
from .verb import Verb

PAGE = "500"
"""Objects asked for at a time."""

EXAMPLES = """
Examples:
  pykube get pods                            the pods of the namespace
  pykube get pods,services -A -o wide        two kinds, in all namespaces, with more columns
  pykube get deployment web -o yaml          one object, whole
  pykube get pods -l app=web -w              those with a label, and every change to come
  pykube get pods -o jsonpath='{.items[*].status.podIP}'

Next: 'pykube describe KIND NAME' tells more of one object, its events too.
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a kind."""

    namespace: str
    label_selector: str = ""
    field_selector: str = ""

    def params(self, **more: str) -> dict[str, str]:
        found = {"labelSelector": self.label_selector, "fieldSelector": self.field_selector, **more}
        return {name: value for name, value in found.items() if value}


@click.command(cls=Verb, epilog=EXAMPLES)
@click.argument("words", nargs=-1, metavar="KIND[,KIND...] [NAME...] | KIND/NAME...", shell_complete=completing.objects)
@cluster.options
@filename_options
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="In all namespaces.")
@click.option("-l", "--selector", "label_selector", default="", metavar="SELECTOR", help="By labels: app=web,tier!=db.")
@click.option("--field-selector", default="", metavar="SELECTOR", help="By fields: status.phase=Running.")
@click.option("-o", "--output", "form", default="", metavar="FORM", help=f"One of: {printers.FORMS}.")
@click.option("-w", "--watch", is_flag=True, help="Go on with every change, until interrupted.")
@click.option("--watch-only", is_flag=True, help="Show changes only, not what is there now.")
@click.option("--no-headers", is_flag=True, help="Leave out the headers of tables.")
@click.option("--show-labels", is_flag=True, help="Add a column with all labels.")
@click.option("-L", "--label-columns", multiple=True, metavar="LABEL", help="Add a column with this label's value.")
@click.option("--show-kind", is_flag=True, help="Put the kind before each name.")
@click.option("--show-managed-fields", is_flag=True, help="Keep managedFields in yaml and json.")
@click.option("--sort-by", default="", metavar="JSONPATH", help="Order by a field: .metadata.creationTimestamp.")
@click.option("--ignore-not-found", is_flag=True, help="An object that does not exist is no error.")
def command(
    *, words: tuple[str, ...], cluster: Cluster, filenames: tuple[str, ...], recursive: bool, **flags: Any
) -> None:
    """Show one object or many."""
    namespace = "" if flags["everywhere"] else cluster.namespace
    selection = Selection(namespace, flags["label_selector"], flags["field_selector"])
    asked = _of_files(cluster, filenames, recursive) if filenames else arguments.parse(cluster.kinds, words, verb="get")
    arguments.check_selection(
        asked,
        label_selector=selection.label_selector,
        field_selector=selection.field_selector,
        everywhere=flags["everywhere"],
    )
    view = _View(cluster, selection, flags)
    if flags["watch"] or flags["watch_only"]:
        if len(asked) != 1 or len(asked[0].names) > 1:
            raise CliError("you may only specify a single resource type, or one object, to watch")
        view.watch(asked[0], first=not flags["watch_only"])
    elif printers.is_table(flags["form"]):
        view.tables(asked)
    else:
        view.documents(asked)


def _of_files(cluster: Cluster, filenames: Sequence[str], recursive: bool) -> list[Asked]:
    found = []
    for manifest in read_all(filenames, recursive=recursive):
        kind = manifest.kind_at(cluster.kinds)
        found.append(Asked(kind, (manifest.name,)))
    return found


class _View:
    """Reads what is asked for and prints it."""

    def __init__(self, cluster: Cluster, selection: Selection, flags: dict[str, Any]) -> None:
        self._http = cluster.http
        self._selection = selection
        self._flags = flags
        self._failures = Failures()
        self._order = _template(flags["sort_by"])

    def tables(self, asked: Sequence[Asked]) -> None:
        """A table per kind."""
        shown = 0
        prefixed = len({one.kind for one in asked}) > 1 or self._flags["show_kind"]
        for one in asked:
            table = self._table(one)
            lines = ServerTable(self._look(one, prefixed=prefixed)).lines(table)
            if lines and shown:
                click.echo()
            for line in lines:
                click.echo(line)
            shown += len(lines)
        named = any(one.names for one in asked)
        if not shown and not named:
            namespaced = any(one.kind.namespaced for one in asked)
            place = f" in {self._selection.namespace} namespace" if namespaced and self._selection.namespace else ""
            click.echo(f"No resources found{place}.", err=True)
        self._failures.finish()

    def documents(self, asked: Sequence[Asked]) -> None:
        """Everything as one document: the object itself if it is one, else a List."""
        show = self._printer()
        single = len(asked) == 1 and len(asked[0].names) == 1
        items = [item for one in asked for item in self._objects(one)]
        if self._order is not None:
            order = self._order
            items.sort(key=lambda item: sort_key(order.values(item)))
        if single and items:
            show(items[0])
        elif items or not any(one.names for one in asked):
            show({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items})
        self._failures.finish()

    def watch(self, asked: Asked, *, first: bool) -> None:
        """What is there, then every change."""
        form = self._flags["form"]
        accept = ACCEPT if printers.is_table(form) else "application/json"
        show = self._show_table(asked) if printers.is_table(form) else self._show_objects()
        path = asked.kind.path(self._selection.namespace)
        params = self._selection.params()
        if asked.names:
            params["fieldSelector"] = f"metadata.name={asked.names[0]}"
            self._http.request("GET", asked.kind.path(self._selection.namespace, asked.names[0]))
        while True:
            listed = self._http.get(path, params=params, accept=accept)
            if first:
                show(listed)
            version = (listed.get("metadata") or {}).get("resourceVersion", "")
            try:
                for event in self._events(path, {**params, "watch": "true", "resourceVersion": version}, accept):
                    show(event)
            except ApiError as error:
                if error.code != 410:
                    raise
            first = False

    def _events(self, path: str, params: dict[str, str], accept: str) -> Iterator[Any]:
        with self._http.stream(path, params=params, accept=accept) as response:
            for line in response:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise from_status(event["object"])
                if event["type"] != "BOOKMARK":
                    yield event["object"]

    def _show_table(self, asked: Asked) -> printers.Print:
        table = ServerTable(self._look(asked, prefixed=self._flags["show_kind"]))

        def show(document: Any) -> None:
            for line in table.lines(document):
                click.echo(line)

        return show

    def _show_objects(self) -> printers.Print:
        print_one = self._printer()

        def show(document: Any) -> None:
            for item in _with_types(document):
                if self._flags["form"] == "yaml":
                    click.echo("---")
                print_one(item)

        return show

    def _printer(self) -> printers.Print:
        return printers.printer(
            self._flags["form"],
            headers=not self._flags["no_headers"],
            managed_fields=self._flags["show_managed_fields"],
        )

    def _look(self, asked: Asked, *, prefixed: bool) -> Look:
        kind = asked.kind
        return Look(
            wide=self._flags["form"] == "wide",
            headers=not self._flags["no_headers"],
            namespaces=self._flags["everywhere"] and kind.namespaced,
            labels=self._flags["show_labels"],
            label_columns=tuple(label for given in self._flags["label_columns"] for label in given.split(",")),
            prefix=f"{kind.full_name}/" if prefixed else "",
        )

    def _table(self, asked: Asked) -> dict[str, Any]:
        include = {"includeObject": "Object"} if self._order is not None else {}
        found: dict[str, Any] = {"columnDefinitions": [], "rows": []}
        for page in self._answers(asked, include, ACCEPT):
            page = page if page.get("kind") == "Table" else _bare_table(page)
            found["columnDefinitions"] = page.get("columnDefinitions") or found["columnDefinitions"]
            found["rows"] += page.get("rows") or []
        if self._order is not None:
            found["rows"] = sort_rows(found["rows"], self._order)
        return found

    def _objects(self, asked: Asked) -> Iterator[Any]:
        for page in self._answers(asked, {}, "application/json"):
            yield from _with_types(page)

    def _answers(self, asked: Asked, params: dict[str, str], accept: str) -> Iterator[Any]:
        """One answer per name, or the pages of the list."""
        if not asked.names:
            yield from self._pages(asked, params, accept)
        for name in asked.names:
            try:
                yield self._http.get(asked.kind.path(self._selection.namespace, name), params=params, accept=accept)
            except ApiError as error:
                if not (self._flags["ignore_not_found"] and error.code == 404):
                    self._failures.add(error)

    def _pages(self, asked: Asked, params: dict[str, str], accept: str) -> Iterator[Any]:
        path, more = asked.kind.path(self._selection.namespace), ""
        while True:
            page = self._http.get(
                path, params=self._selection.params(**params, limit=PAGE, **{"continue": more}), accept=accept
            )
            yield page
            more = (page.get("metadata") or {}).get("continue", "")
            if not more:
                return


def _template(path: str) -> Template | None:
    if not path:
        return None
    try:
        return Template(relaxed(path))
    except JsonPathError as error:
        raise CliError(f"--sort-by: {error}") from error


def _with_types(document: Any) -> list[Any]:
    """The objects of a list, each with the apiVersion and kind that lists leave out; a single object as it is."""
    if "items" not in document or not document.get("kind", "").endswith("List"):
        return [document]
    kind = document["kind"].removesuffix("List")
    types = {"apiVersion": document.get("apiVersion", ""), "kind": kind}
    return [{**types, **item} for item in document["items"] or ()]


def _bare_table(document: Any) -> dict[str, Any]:
    """A table of names, for servers that make none of this kind."""
    rows = [{"cells": [item["metadata"]["name"]], "object": item} for item in _with_types(document)]
    return {"columnDefinitions": [{"name": "Name", "format": "name", "priority": 0}], "rows": rows}
