"""Authorization: one file per authorizer, asked in the order `union` gives them."""

from .authorizer import NO_OPINION, Attributes, Authorizer, Decision, attributes_of, forbidden
from .union import Union

__all__ = ["NO_OPINION", "Attributes", "Authorizer", "Decision", "Union", "attributes_of", "forbidden"]
