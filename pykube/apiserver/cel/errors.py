"""What can go wrong with an expression. None of these leaves the API server: callers make answers of them."""

from __future__ import annotations


class CompileError(Exception):
    """The text is no expression of the environment, or not of the type that is wanted.

    `str()` of it is what upstream says: ``compilation failed: ERROR: <input>:1:5: ...`` with the line and a caret, or
    ``must evaluate to bool but got int``.
    """


class EvaluationError(Exception):
    """The expression came to no value; `str()` of it is cel-go's text, such as ``no such key: foo``."""


class CostExceeded(EvaluationError):
    """The evaluation was stopped because it cost more than one call may."""

    def __init__(self) -> None:
        super().__init__("operation cancelled: actual cost limit exceeded")


class BudgetExceeded(EvaluationError):
    """All evaluations that share a budget have used it up; nothing more of them may be evaluated."""

    def __init__(self) -> None:
        super().__init__("validation failed due to running out of cost budget, no further validation rules will be run")
