"""Authentication: one file per method, tried in the order `chain` gives them."""

from .authenticator import Authenticator, TokenAnswer, TokenAuthenticator
from .chain import Chain, chain
from .user import User

__all__ = ["Authenticator", "Chain", "TokenAnswer", "TokenAuthenticator", "User", "chain"]
