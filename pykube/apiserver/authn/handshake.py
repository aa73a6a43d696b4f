"""Letting any client certificate through the TLS handshake, so that a bad one is answered with a Status.

OpenSSL ends the handshake of a client whose certificate no trusted authority has signed, and all the client learns is
that the connection broke. Go's servers can ask for a certificate without judging it (``tls.RequestClientCert``), which
is what upstream does; the ssl module of Python has no such setting, but OpenSSL has: a function of one's own that
judges. It is set here through the library that Python itself has loaded.

What is left out by this is only the judgement on the chain, which x509.py makes for every connection anyway, since two
authorities are trusted here for two purposes. That the client holds the certificate's key is still proven in the
handshake.
"""

from __future__ import annotations

import _ssl
import ctypes
import logging
import ssl
import sys

log = logging.getLogger(__name__)

TESTED = ((3, 11), (3, 12), (3, 13))
"""Versions of CPython whose SSLContext is known to begin with the pointer to OpenSSL's context (Modules/_ssl.c)."""

_Judge = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def _accept(store: int | None, argument: int | None) -> int:
    """Called by OpenSSL in place of its own verification; 1 means go on."""
    return 1


_JUDGE = _Judge(_accept)
"""Must live as long as any context that calls it."""


def accept_any_client_certificate(context: ssl.SSLContext) -> bool:
    """Have `context`, of a server, ask for a certificate and take any; False when this Python does not allow it.

    Then bad certificates break the handshake, as they do without this.
    """
    if sys.implementation.name != "cpython" or sys.version_info[:2] not in TESTED:
        return _unable("this version of Python is not known")
    try:
        library = ctypes.CDLL(_ssl.__file__)  # finds the symbols of the OpenSSL that _ssl is linked to
        set_judge = library.SSL_CTX_set_cert_verify_callback
        verify_mode = library.SSL_CTX_get_verify_mode
    except (AttributeError, OSError) as error:
        return _unable(str(error))
    set_judge.argtypes = (ctypes.c_void_p, _Judge, ctypes.c_void_p)
    set_judge.restype = None
    verify_mode.argtypes = (ctypes.c_void_p,)
    context.verify_mode = ssl.CERT_OPTIONAL
    pointer = ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value
    if not pointer or verify_mode(pointer) != _ssl.CERT_OPTIONAL:
        return _unable("its SSLContext is not what it is known to be")
    set_judge(pointer, _JUDGE, None)
    return True


def _unable(why: str) -> bool:
    log.warning("certificates of unknown authorities break the TLS handshake instead of being answered: %s", why)
    return False
