"""What each kind does differently: one strategy per kind that departs from the default; catalog.py lists them."""
