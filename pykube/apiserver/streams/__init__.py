"""Requests that lead through the API server: logs, exec, attach, port-forward, and the HTTP proxies."""

from .handlers import Streams
from .nodes import agent_tls

__all__ = ["Streams", "agent_tls"]
