"""Failures are told in the words of Go's client."""

import ssl

import aiohttp
import pytest

from pykube.apiserver.webhooks import failures


@pytest.mark.parametrize(
    ("code", "body", "said"),
    [
        (500, b"boom", 'an error on the server ("boom") has prevented the request from succeeding'),
        (500, b"", 'an error on the server ("unknown") has prevented the request from succeeding'),
        (502, b"bad", 'an error on the server ("bad") has prevented the request from succeeding'),
        (404, b"<html>", "the server could not find the requested resource"),
        (503, b"", "the server is currently unable to handle the request"),
        (418, b"", "the server responded with the status code 418 but did not return more information"),
        (503, b'{"kind":"Status","message":"busy"}', "busy"),
        (404, b'{"kind":"Pod","message":"busy"}', "the server could not find the requested resource"),
        (404, b'{"kind":3}', "the server could not find the requested resource"),
    ],
)
def test_answers_that_are_no_success(code, body, said):
    assert failures.of_status(code, body) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "context deadline exceeded"),
        (aiohttp.ServerDisconnectedError(), "EOF"),
        (ConnectionResetError(), "read: connection reset by peer"),
        (ValueError("odd"), "odd"),
    ],
)
def test_connections(error, said):
    assert failures.of_connection(error, "h") == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (20, "x509: certificate signed by unknown authority"),
        (10, "x509: certificate has expired or is not yet valid"),
        (62, "x509: certificate is not valid for s.n.svc"),
    ],
)
def test_certificates(code, said):
    error = ssl.SSLCertVerificationError("x")
    error.verify_code = code
    assert failures.of_certificate(error, "s.n.svc") == f"tls: failed to verify certificate: {said}"
