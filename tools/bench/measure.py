"""One row: everybody starts, takes turns, and must agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bench.data import Arrays, read_data, take_patients, write_data
from bench.process import AbsentError, FailedError, Process
from bench.rows import Peer, Row

ROUNDS = 5
BURST_SECONDS = 0.2
# a call longer than the first is not repeated, one longer than the second twice
ONCE_SECONDS, TWICE_SECONDS = 6.0, 1.5


@dataclass
class Measured:
    """What one tool did; `problem` says why there is no time, `agreement` what was compared."""

    peer: Peer
    seconds: float = float("nan")
    best: float = float("nan")
    cold: float = float("nan")
    n_turns: int = 0
    peak: float = float("nan")
    extra: float = float("nan")
    input_bytes: float = float("nan")
    problem: str = ""
    agreement: str = ""
    answer: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def whole_seconds(self) -> float:
        """Time of all the work."""
        return self.seconds * self.peer.scale

    def find_ratio(self, us: Measured) -> float:
        """Return how many times our median time this takes."""
        return self.whole_seconds / us.seconds

    def find_best_ratio(self, us: Measured) -> float:
        """Return how many times our shortest time the shortest call takes."""
        return self.best * self.peer.scale / us.best


def measure_row(
    row: Row, folder: Path, *, is_all: bool, say: Callable[[str], None]
) -> tuple[Measured, list[Measured], Arrays]:
    """Measure ourselves and the peers of one row in turns."""
    data = row.simulate()
    write_data(folder, data)
    us = Measured(Peer("chorall", row.call, "chorall"))
    ours = Process(us.peer, folder)
    if row.name == "random-effects":
        hand_over_freedom(ours, folder)
    peers = [Measured(peer) for peer in row.peers if is_all or not peer.is_slow]
    skipped = [Measured(peer, problem="only with --all") for peer in row.peers if peer.is_slow]
    pairs = start_peers(peers, folder)
    take_turns([(us, ours), *pairs], say)
    for measured, process in [(us, ours), *pairs]:
        finish(measured, process)
    if us.problem:
        raise FailedError(f"our own {row.call}: {us.problem}")
    answers = {(row.call, 0): us.answer}
    for measured in peers:
        if not measured.problem:
            compare(measured, answers, row, data, folder)
        say(describe(measured, us))
    return us, peers + ([] if is_all else skipped), data


def hand_over_freedom(ours: Process, folder: Path) -> None:
    """Give the ridge of R the degrees of freedom that we find, so that the models are the same."""
    ours.run(0)
    found = ours.answer()["degrees_of_freedom"]
    write_data(folder, read_data(folder) | {"degrees_of_freedom": found})


def start_peers(peers: list[Measured], folder: Path) -> list[tuple[Measured, Process]]:
    """Start all that are there; note why the others are not."""
    pairs = []
    for measured in peers:
        try:
            pairs.append((measured, Process(measured.peer, folder)))
        except AbsentError as error:
            measured.problem = f"absent ({error})"
        except FailedError as error:
            measured.problem = f"failed: {error}"
    return pairs


def take_turns(pairs: list[tuple[Measured, Process]], say: Callable[[str], None]) -> None:
    """Let everybody run in rounds; the slow ones sit out the later rounds."""
    for turn in range(ROUNDS + 1):
        for measured, process in pairs:
            if measured.problem or not is_due(measured.peer, process, turn):
                continue
            try:
                spent = process.run(BURST_SECONDS)
            except (FailedError, AbsentError, BrokenPipeError) as error:
                measured.problem = f"failed: {error}"
                continue
            if spent > TWICE_SECONDS:
                say(f"    {measured.peer.label}: {spent:.1f} s")


def is_due(peer: Peer, process: Process, turn: int) -> bool:
    """Tell whether a tool takes part in this round (round 0 is the cold one)."""
    if turn == 0:
        return not process.has_run
    if peer.is_compiled_late and turn == 1:
        return True
    if process.median > ONCE_SECONDS:
        return False
    return process.median <= TWICE_SECONDS or turn <= 2


def finish(measured: Measured, process: Process) -> None:
    """Read times, memory and answer, and end the process."""
    if not measured.problem:
        measured.seconds, measured.cold = process.median, process.cold
        measured.best = process.best
        measured.n_turns = len(process.turns)
        measured.peak, measured.extra = process.peak, process.peak - process.base
        measured.input_bytes = process.input_bytes
        try:
            measured.answer = process.answer()
        except (FailedError, AbsentError, BrokenPipeError) as error:
            measured.problem = f"failed: {error}"
    process.close()


def compare(
    measured: Measured,
    answers: dict[tuple[str, int], dict[str, np.ndarray]],
    row: Row,
    data: Arrays,
    folder: Path,
) -> None:
    """Note the largest difference from our answer to the same question; too large is a problem."""
    peer = measured.peer
    call = peer.agree or row.call
    n_patients = peer.part if row.call == "fine_gray" else 0
    if (call, n_patients) not in answers:
        answers[call, n_patients] = ask_ourselves(call, n_patients, data, folder)
    ours = answers[call, n_patients]
    names = [name for name in measured.answer if name in ours]
    worst = max((find_difference(ours[n], measured.answer[n]) for n in names), default=np.nan)
    measured.agreement = f"{worst:.0e} on {', '.join(name.replace('_', ' ') for name in names)}"
    if not worst <= peer.tolerance:
        measured.problem = f"disagrees: {measured.agreement} (allowed {peer.tolerance:g})"


def ask_ourselves(call: str, part: int, data: Arrays, folder: Path) -> dict[str, np.ndarray]:
    """Answer another call of ours, or one on the first patients, untimed."""
    if part:
        folder = folder / f"first-{part}"
        write_data(folder, take_patients(data, part))
    process = Process(replace(Peer("chorall", call, "chorall"), part=part), folder)
    process.run(0)
    found = process.answer()
    process.close()
    return found


def find_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference as part of the largest number; a peer may give fewer."""
    ours = ours[: len(theirs)]
    if ours.shape != theirs.shape or not (np.isfinite(ours) == np.isfinite(theirs)).all():
        return float("inf")
    known = np.isfinite(theirs)
    largest = np.max(np.abs(theirs[known]), initial=0)
    difference = np.max(np.abs(ours - theirs)[known], initial=0)
    return float(difference / largest) if largest else float("inf")


def describe(measured: Measured, us: Measured) -> str:
    """Return one progress line."""
    if measured.problem:
        return f"    {measured.peer.label}: {measured.problem}"
    ratio = measured.find_ratio(us)
    return f"    {measured.peer.label}: {ratio:,.1f} times our time ({measured.agreement})"
