"""``python -m cni``: the plugin in a process of its own."""

from .main import main

main()
