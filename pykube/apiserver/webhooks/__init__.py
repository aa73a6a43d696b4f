"""Asking others: the HTTPS client for admission and conversion webhooks."""
