"""Runs the benchmarks named on the command line, or all."""

from __future__ import annotations

import argparse
import importlib
import json

NAMES = ("start", "store", "api", "watch", "scheduler", "pods", "cni", "memory", "authz")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="one benchmark; all when left out")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")
    arguments = parser.parse_args()
    for name in [arguments.name] if arguments.name else NAMES:
        for figure in importlib.import_module(f"tests.bench.{name}").measure():
            print(json.dumps(figure.to_dict()) if arguments.json else figure.line(), flush=True)


if __name__ == "__main__":
    main()
