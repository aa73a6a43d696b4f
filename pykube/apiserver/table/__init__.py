"""Server-side printing: the columns that ``kubectl get`` shows.

Source: pkg/printers/internalversion for the columns and cells of each kind.
"""

from .render import Wanted, include_object, partial, partial_list, render, wanted

__all__ = ["Wanted", "include_object", "partial", "partial_list", "render", "wanted"]
