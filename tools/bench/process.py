"""The driver's end of a tool's process: start, command, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.rows import Peer

HERE = Path(__file__).parent
PEER_PYTHON = Path(os.environ.get("BENCH_PYTHON", ".venv-bench/bin/python"))


class AbsentError(Exception):
    """The tool is not installed here."""


class FailedError(Exception):
    """The tool stopped with an error."""


class Process:
    """A tool that has loaded its data and waits for commands."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        command = find_command(peer, folder)
        environment = os.environ | {"PYTHONPATH": add_path(HERE.parent)}
        self.log = folder / f"{peer.tool}-{peer.call}-{peer.part}.log"
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            env=environment,
        )
        words = self.read_reply()
        if words[0] == "absent":
            self.close()
            raise AbsentError(f"{words[1]} is absent")
        self.load_seconds, self.input_bytes = float(words[1]), float(words[2])
        self.base = self.reset_peak()
        self.has_run = False
        self.cold = float("nan")
        self.turns: list[float] = []
        self.calls: list[float] = []

    def read_reply(self) -> list[str]:
        """Return the words of the next line that begins with @."""
        for line in self.process.stdout:
            if line.startswith("@ "):
                return line.split()[1:]
        self.process.wait()
        last = self.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        text = last[0] if last else "no message"
        raise AbsentError(text) if "No module named" in text else FailedError(text)

    def command(self, text: str) -> None:
        """Send one line."""
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def run(self, burst: float) -> float:
        """Take a turn; the first one of a process is cold."""
        self.command(f"run {0 if not self.has_run else burst}")
        spent = [float(word) for word in self.read_reply()]
        if not self.has_run:
            self.has_run, self.cold = True, spent[0] + self.load_seconds
            self.first = spent[0]
        else:
            self.turns.append(float(np.median(spent)))
            self.calls += spent
        return float(np.median(spent))

    @property
    def median(self) -> float:
        """Median of the turns, or the only call there was."""
        return float(np.median(self.turns)) if self.turns else self.first

    @property
    def best(self) -> float:
        """Shortest warm call, which other work on the machine disturbed least."""
        return min(self.calls, default=self.first)

    def answer(self) -> dict[str, np.ndarray]:
        """Return the named numbers of the last call."""
        self.command("answer")
        found = {}
        while (words := self.read_reply())[0] != "end":
            found[words[0]] = np.array([float(word) for word in words[1:]])
        return found

    def reset_peak(self) -> float:
        """Forget the peak of loading; return what is resident now, in bytes (NaN: not Linux)."""
        try:
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        except OSError:
            return float("nan")
        return self.read_status("VmRSS")

    def read_status(self, name: str) -> float:
        """Return one size of the process in bytes."""
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        except OSError:
            return float("nan")
        return 1024.0 * float(text.split(f"{name}:")[1].split()[0])

    @property
    def peak(self) -> float:
        """Largest resident size since the data were loaded, in bytes."""
        return self.read_status("VmHWM")

    def close(self) -> None:
        """End the process by closing its input."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def add_path(folder: Path) -> str:
    """Return PYTHONPATH with one folder more."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


def find_command(peer: Peer, folder: Path) -> list[str]:
    """Return the command line of a tool, or raise."""
    if peer.tool == "r":
        if not (rscript := shutil.which("Rscript")):
            raise AbsentError("Rscript is absent")
        return [rscript, str(HERE / "peers.R"), peer.call, str(folder), str(peer.part)]
    python = Path(sys.executable)
    if peer.tool != "chorall":
        if not PEER_PYTHON.exists():
            raise AbsentError(f"{PEER_PYTHON} is absent")
        python = PEER_PYTHON
    return [str(python), "-m", "bench.worker", peer.tool, peer.call, str(folder), str(peer.part)]


def measure_bandwidth() -> float:
    """Return bytes per second that one core reads from memory, best of five."""
    values = np.ones(32 * 1024 * 1024)
    best = 0.0
    for _ in range(5):
        began = time.perf_counter()
        values.dot(values)
        best = max(best, values.nbytes / (time.perf_counter() - began))
    return best
