"""The auditor that the server's settings ask for."""

from __future__ import annotations

import logging
from pathlib import Path

from pykube.aio.clock import Clock
from pykube.config import ServerConfig

from ..authn.review_server import ReviewServer
from .auditor import Auditor
from .default_policy import DEFAULT, exposed
from .log_file import STDOUT, LogFile, Rotation, Stdout
from .metrics import AuditMetrics
from .outlet import MODES, Outlet, OutletSettings, Receiver
from .policy import Judge, PolicyError, parse
from .webhook import Webhook

log = logging.getLogger(__name__)

LOG_WAIT = 0.1
"""Seconds that events wait for others in mode batch before they are written together: handing each to a thread of its
own would cost more than all the rest."""
WEBHOOK_WAIT = 30.0
"""Seconds that events wait for others before they are sent together; upstream's number."""


def auditor_of(config: ServerConfig, clock: Clock) -> Auditor | None:
    """The auditor, delivering already; None where nobody is to have events.

    Raises:
        OSError: the log cannot be written to.
        ValueError: a setting, the policy or the webhook's file makes no sense.
    """
    if not config.audit_log_path and not config.audit_webhook_config_file:
        return None
    metrics = AuditMetrics()
    judge = _judge(config.audit_policy_file)
    limit = config.audit_max_event_size
    outlets = []
    if config.audit_log_path:
        mode = _mode("auditLogMode", config.audit_log_mode)
        settings = OutletSettings(mode=mode, wait=LOG_WAIT if mode == "batch" else 0.0, max_event=limit)
        outlets.append(Outlet(_log(config, clock), settings, clock, metrics))
    if config.audit_webhook_config_file:
        mode = _mode("auditWebhookMode", config.audit_webhook_mode)
        wait = WEBHOOK_WAIT if mode == "batch" else 0.0
        webhook = Webhook(ReviewServer.read(Path(config.audit_webhook_config_file)), clock)
        outlets.append(Outlet(webhook, OutletSettings(mode=mode, wait=wait, max_event=limit), clock, metrics))
    auditor = Auditor(judge, outlets, clock, metrics)
    auditor.start()
    return auditor


def _judge(path: str) -> Judge:
    if not path:
        return Judge(DEFAULT)
    try:
        judge = Judge(parse(Path(path).read_text()))
    except (OSError, ValueError) as error:
        raise PolicyError(f"audit policy {path}: {error}") from error
    if found := exposed(judge):
        log.warning(
            "audit policy %s has bodies of %s written down, and the secrets in them; level Metadata leaves them out",
            path,
            ", ".join(found),
        )
    return judge


def _log(config: ServerConfig, clock: Clock) -> Receiver:
    if config.audit_log_path == STDOUT:
        return Stdout()
    rotation = Rotation(
        max_bytes=config.audit_log_max_size * 1024 * 1024,
        max_days=config.audit_log_max_age,
        max_files=config.audit_log_max_backup,
    )
    path = Path(config.audit_log_path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LogFile(path, rotation, clock)


def _mode(name: str, mode: str) -> str:
    if mode not in MODES:
        raise ValueError(f"{name}: {mode!r} is no mode; known are: {', '.join(MODES)}")
    return mode
