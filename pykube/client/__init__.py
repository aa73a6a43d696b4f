"""The API server's client side: calls, caches, queues, events, leases."""
