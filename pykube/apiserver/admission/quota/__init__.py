"""The admission plugin ResourceQuota, and what it remembers."""
