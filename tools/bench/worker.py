"""One tool in a process of its own: loads, then obeys lines on its standard input.

``python -m bench.worker TOOL CALL FOLDER PART``; `run S` calls once or, when calls are short, up to
five times within S seconds; `answer` gives the numbers that must agree. Replies start with @.
"""

from __future__ import annotations

import sys
import time
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

MOST_CALLS = 5


def reply(*words: object) -> None:
    """Print one line that the driver reads."""
    print("@", *words, flush=True)


def time_calls(run: Any, arguments: Any, seconds: float) -> tuple[list[float], Any]:
    """Call until the time or the number of calls is used up."""
    spent: list[float] = []
    result = None
    while not spent or (sum(spent) < seconds and len(spent) < MOST_CALLS):
        # a result of the call before must not count as memory of this one
        result = None
        began = time.perf_counter()
        result = run(arguments)
        spent.append(time.perf_counter() - began)
    return spent, result


def obey(run: Any, answer: Any, arguments: Any) -> None:
    """Serve the driver until its end of the pipe closes."""
    result = None
    for line in sys.stdin:
        command, *options = line.split()
        if command == "run":
            result = None
            spent, result = time_calls(run, arguments, float(options[0]))
            reply(*spent)
        elif command == "answer":
            for name, values in answer(result).items():
                reply(name, *(f"{float(value):.17g}" for value in values))
            reply("end")


def main() -> None:
    """Load tool and data, say so, and serve."""
    tool, call, folder, part = sys.argv[1:5]
    warnings.simplefilter("ignore")
    began = time.perf_counter()
    module = import_module(f"bench.calls.{tool}_calls")
    loaded = time.perf_counter() - began
    from bench.data import read_data

    arguments = getattr(module, f"prepare_{call}")(read_data(Path(folder)), int(part))
    reply("ready", loaded, count_bytes(arguments))
    obey(getattr(module, f"run_{call}"), getattr(module, f"answer_{call}"), arguments)


def count_bytes(arguments: Any) -> int:
    """Return the size of the arrays handed to the call."""
    values = arguments.values() if isinstance(arguments, dict) else ()
    return sum(getattr(value, "nbytes", 0) for value in values)


if __name__ == "__main__":
    main()
