"""``python -m pykube`` is the command ``pykube``."""

from .cli.main import main

main()
