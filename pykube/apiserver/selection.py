"""What a list, a watch or a deletion of a collection is restricted to: the selectors in the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pykube.api import selectors
from pykube.errors import BadRequest

from .request import Context
from .selectable import canonical
from .watch_cache import Cached, WatchCache


@dataclass(frozen=True, slots=True)
class Selection:
    """Label and field selectors of a request."""

    labels: selectors.LabelSelector = selectors.EVERYTHING
    fields: selectors.FieldSelector = selectors.ALL_FIELDS

    @property
    def empty(self) -> bool:
        """Whether every object is selected."""
        return self.labels.empty and self.fields.empty

    def matches(self, cached: Cached) -> bool:
        """Whether one object is selected."""
        return self.labels.matches(cached.labels) and self.fields.matches(cached.fields)

    def indexed_labels(self) -> Mapping[str, str]:
        """Labels whose value is fixed, which the cache has an index for."""
        found = {}
        for requirement in self.labels.requirements:
            if (value := self.labels.exact(requirement.key)) is not None:
                found[requirement.key] = value
        return found


EVERYTHING = Selection()


def of(ctx: Context, cache: WatchCache) -> Selection:
    """The selection in the query of a request.

    Raises:
        BadRequest: a selector cannot be read, or names a field that this kind cannot be selected by.
    """
    query = ctx.info.query
    if not query:
        return EVERYTHING
    labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
    if not labels and not fields:
        return EVERYTHING
    try:
        by_label = selectors.parse_label_selector(labels)
        by_field = selectors.parse_field_selector(fields)
    except selectors.SelectorError as error:
        raise BadRequest(f"unable to parse requirement: {error}" if labels else str(error)) from error
    requirements = tuple((canonical(field), operator, value) for field, operator, value in by_field.requirements)
    for field, _, _ in requirements:
        if field not in cache.extract.supported:
            raise BadRequest(f"field label not supported: {field}")
    return Selection(by_label, selectors.FieldSelector(requirements))
