"""The Common Expression Language, as Kubernetes v1.36 uses it.

Expressions are parsed by Google's own parser, and checked, priced and evaluated here: see docs/decisions/0008-cel.md.
The way in is `environment.Environment`: it compiles texts into `program.Program`.
"""
