"""Types of the sorted rows."""

class Rows:
    """Views of the rows; for compiled modules alone."""

    def __init__(self, data: object) -> None: ...
