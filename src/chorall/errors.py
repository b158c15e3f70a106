"""Every error that Chorall raises on purpose.

::

    ChorallError
    ├── UserError              one message, no traceback
    │   ├── InputError         exit code 10   an argument, a file or a folder is not usable
    │   ├── DataError          exit code 11   the data contradict themselves or their definition
    │   └── DefinitionError    exit code 12   a mapping, endpoint or other definition is wrong
    └── ConvergenceError       exit code 11   a fit did not reach its optimum

Anything else is a bug and shows its traceback. A message says what is wrong, where, what came,
what was expected and what to do. It never holds a patient's value unless the person who reads it
has just delivered that value (row numbers and column names instead).
"""

from __future__ import annotations


class ChorallError(Exception):
    """Base of every error raised on purpose."""

    exit_code = 1


class UserError(ChorallError):
    """Something the reader of the message can put right."""


class InputError(UserError):
    """An argument, a file or a folder is not usable."""

    exit_code = 10


class DataError(UserError):
    """The data contradict themselves or their definition."""

    exit_code = 11


class DefinitionError(UserError):
    """A mapping, an endpoint or another definition is wrong."""

    exit_code = 12


class ConvergenceError(ChorallError):
    """A fit did not reach its optimum; the message says how far it came and what to do."""

    exit_code = 11


def raise_gathered(kind: type[UserError], heading: str, problems: list[str], advice: str) -> None:
    """Raise one `kind` that lists all `problems`, or return when there are none.

    Parameters
    ----------
    kind : type of UserError
        The class to raise.
    heading : str
        What is wrong and where, without the final colon.
    problems : list of str
        One line each.
    advice : str
        What to do about it.
    """
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise kind(f"{heading}:\n{lines}\n  {advice}")
