"""Several errors as one message."""

from __future__ import annotations

from collections.abc import Sequence

from chorall.errors import UserError


def raise_together(errors: Sequence[UserError], mixed: type[UserError]) -> None:
    """Raise one error with the messages of all, or return when there are none.

    Parameters
    ----------
    errors : sequence of UserError
        What was caught.
    mixed : type of UserError
        What to raise where they are of several kinds.
    """
    if not errors:
        return
    kinds = {type(error) for error in errors}
    kind = kinds.pop() if len(kinds) == 1 else mixed
    raise kind("\n".join(str(error) for error in errors)) from None
