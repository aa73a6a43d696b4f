"""Why a webhook gave no answer, in the words of Go's HTTP client, which users search the web for. Pure."""

from __future__ import annotations

import ssl

import aiohttp
import msgspec

_UNKNOWN_AUTHORITY = (18, 19, 20, 21)
"""OpenSSL's codes for chains that lead to nobody who is trusted."""
_EXPIRED = (9, 10)
_OTHER_NAME = (62, 64)
_TEXT_LIMIT = 2048

_REASONS = {
    400: "the server rejected our request for an unknown reason",
    401: "the server has asked for the client to provide credentials",
    403: "unknown",
    404: "the server could not find the requested resource",
    405: "the server does not allow this method on the requested resource",
    406: "the server was unable to respond with a content type that the client supports",
    409: "the server reported a conflict",
    413: "Request entity too large: limit is 3145728",
    415: "the server was unable to process the type of the request",
    429: "the server has received too many requests and has asked us to try again later",
    503: "the server is currently unable to handle the request",
    504: "the server was unable to return a response in the time allotted, but may still be processing the request",
}


class _Status(msgspec.Struct):
    kind: str = ""
    message: str = ""
    status: str = ""


def of_connection(error: BaseException, host: str) -> str:
    """Why nobody could be spoken to."""
    if isinstance(error, TimeoutError):
        return "context deadline exceeded"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        return of_certificate(inner, host) if isinstance(inner, ssl.SSLCertVerificationError) else str(inner)
    if isinstance(error, aiohttp.ClientConnectorError):
        where = f"{error.host}:{error.port}"
        inner_error = error.os_error
        if isinstance(inner_error, ConnectionRefusedError):
            return f"dial tcp {where}: connect: connection refused"
        text = (inner_error.strerror or str(inner_error)).lower()
        if "name or service not known" in text or "no address associated" in text:
            return f"dial tcp: lookup {error.host}: no such host"
        return f"dial tcp {where}: {text}"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "EOF"
    if isinstance(error, ConnectionResetError):
        return "read: connection reset by peer"
    return str(error) or type(error).__name__


def of_certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    """What is wrong with the certificate that was shown."""
    if error.verify_code in _UNKNOWN_AUTHORITY:
        why = "x509: certificate signed by unknown authority"
    elif error.verify_code in _EXPIRED:
        why = "x509: certificate has expired or is not yet valid"
    elif error.verify_code in _OTHER_NAME:
        why = f"x509: certificate is not valid for {host}"
    else:
        why = error.verify_message
    return f"tls: failed to verify certificate: {why}"


def of_status(code: int, body: bytes) -> str:
    """What an answer says that is no success: its own message if it is a Status, else what its code means."""
    try:
        status = msgspec.json.decode(body, type=_Status)
        if status.kind == "Status" and status.message and status.status != "Success":
            return status.message
    except msgspec.MsgspecError:
        pass
    if code == 500 or (code > 500 and code not in _REASONS):
        text = body[:_TEXT_LIMIT].decode("utf-8", "replace").strip() or "unknown"
        return f'an error on the server ("{text}") has prevented the request from succeeding'
    return _REASONS.get(code, f"the server responded with the status code {code} but did not return more information")
