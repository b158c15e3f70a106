"""Load the web app over loopback: pages at 16 and 200 clients, start, first page, memory, Shiny.

Every question is a patient of its own, drawn with a seed: nothing could be answered from memory.
The limit of questions a minute is lifted, for 16 readers are one address here. Needs the program
`wrk`; Shiny for Python comes from `make bench`'s environment and shows the same page: the form and
its answer, as a page of its own, or changed in a page that is open (htmx asks for that here).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from chorall.cli import THREADS

for name in THREADS:  # as the command does, and for the peer too
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402
from bench.simulated import simulate_pool  # noqa: E402

import chorall as ch  # noqa: E402

FOLDER = Path("bench-data") / "web"
PATIENTS, TRIALS, SEED = 1540, 4, 7
PORT, BODIES = 8791, 5000
STRATEGIES = ("asparaginase_standard", "asparaginase_intensive")
TEXTS = ("age_years", "wbc_10e9_per_l", "karyotype", "day", "since_day", "mrd_end_of_induction")
MOST_BUTTONS = 8
OURS = f"http://127.0.0.1:{PORT}"
LUA = """
local file = io.open(os.getenv("BODIES"), "r")
local bodies, place, counts = {}, 0, {}
for line in file:lines() do bodies[#bodies + 1] = line end
file:close()
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Origin"] = os.getenv("ORIGIN")
wrk.headers["Cookie"] = os.getenv("COOKIE")
if os.getenv("IS_PART") then wrk.headers["HX-Request"] = "true" end
local threads = {}
function setup(thread) threads[#threads + 1] = thread end
function init() answered, busy, other = 0, 0, 0 end
function request()
  place = place % #bodies + 1
  return wrk.format(nil, "/doctor", nil, bodies[place])
end
function response(status, headers)
  if status == 200 then answered = answered + 1
  elseif status == 503 and headers["retry-after"] then busy = busy + 1
  else other = other + 1 end
end
function done(summary, latency)
  local function sum(name)
    local total = 0
    for _, thread in ipairs(threads) do total = total + thread:get(name) end
    return total
  end
  local e = summary.errors
  print(string.format('{"answered": %d, "busy": %d, "other": %d, "timeouts": %d, "broken": %d, ' ..
    '"seconds": %f, "p50": %f, "p95": %f}', sum("answered"), sum("busy"), sum("other"), e.timeout,
    e.connect + e.read + e.write, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3))
end
"""


def make_served() -> tuple[Path, Path]:
    """Simulate a pool and fit a bank."""
    pool = simulate_pool(FOLDER, PATIENTS, TRIALS, SEED)
    return pool.path, ch.write_bank(ch.fit_bank(pool), FOLDER / "BANK")


def draw_patients(bank: Any, share_tested: float) -> list[dict[str, str]]:
    """Return whole forms of made-up patients on day 0, this share of their markers tested."""
    from chorall.web.doctor.fields import describe_fields

    random = np.random.default_rng(SEED)
    fields = describe_fields(bank)
    empty = dict.fromkeys(TEXTS, "")
    empty |= {name: next(iter(own)) for name, own in list_choices(fields).items()}
    found = []
    for _ in range(BODIES):
        form = empty | {
            "age_years": f"{random.uniform(18, 45):.2f}", "lineage": "B",
            "sex": str(random.choice(["male", "female"])),
            "wbc_10e9_per_l": f"{random.uniform(2, 100):.2f}", "day": "0", "since_day": "0",
            "a_treatment": STRATEGIES[0], "b_treatment": STRATEGIES[1],
        }  # fmt: skip
        for marker in sorted(fields.markers):
            if random.random() < share_tested:
                form[f"m:{marker}"] = "present" if random.random() < 0.08 else "absent"
        found.append(form)
    return found


@contextmanager
def started(*command: str, wait_for: str = f"{OURS}/health") -> Iterator[tuple[int, float]]:
    """Run a server; yield its number and the seconds until it answered."""
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=log, stderr=log) as server,
    ):
        try:
            yield server.pid, wait_until(wait_for, server, began)
        finally:
            server.terminate()


def wait_until(address: str, server: subprocess.Popen[bytes], began: float) -> float:
    """Return the seconds until the address answered."""
    while time.perf_counter() - began < 60 and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.01)
    raise SystemExit("the server did not start")


def weigh_first_page() -> tuple[int, int]:
    """Return bytes and requests of the doctor's page, with all that it loads."""
    with urlopen(f"{OURS}/doctor") as answer:
        parts = [answer.read()]
    for address in sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', parts[0].decode()))):
        with urlopen(OURS + address) as answer:
            parts.append(answer.read())
    return sum(map(len, parts)), len(parts)


def open_form() -> tuple[str, str]:
    """Return the cookie and the token of a new form."""
    with urlopen(f"{OURS}/doctor") as answer:
        cookie = answer.headers["set-cookie"].split(";")[0]
        found = re.search(r'name="token" value="([^"]+)"', answer.read().decode())
    assert found is not None
    return cookie, found[1]


def load(
    forms: list[dict[str, str]], clients: int, seconds: float, *, is_part: bool = False
) -> dict[str, float]:
    """Ask as fast as so many clients can, each one thing at a time; `is_part` for an open page."""
    cookie, token = open_form()
    with tempfile.TemporaryDirectory() as folder:
        bodies, script = Path(folder) / "bodies", Path(folder) / "load.lua"
        bodies.write_text("".join(f"{urlencode({**form, 'token': token})}\n" for form in forms))
        script.write_text(LUA)
        printed = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds:g}s", "--timeout", "30s", "-s", script,
             OURS],
            env=os.environ
            | {"BODIES": str(bodies), "ORIGIN": OURS, "COOKIE": cookie}
            | ({"IS_PART": "yes"} if is_part else {}),
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    found: dict[str, float] = json.loads(printed.stdout.strip().splitlines()[-1])
    return found


def read_memory(pid: int) -> float:
    """Return the MB of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


async def load_shiny(
    page: str, forms: list[dict[str, str]], clients: int, seconds: float, *, anew: bool
) -> list[float]:
    """Return milliseconds of each answer of Shiny; `anew`: with its page, in its own session."""
    import websockets

    address = f"{page.replace('http', 'ws', 1)}websocket/"
    bodies = [write_values(form) for form in forms]
    spent: list[float] = []
    until = time.perf_counter() + seconds
    count = iter(range(10**9))

    async def send(socket: Any, method: str) -> None:
        data = bodies[next(count) % len(bodies)]
        await socket.send(f'{{"method": "{method}", "data": {data}}}')
        while "answer" not in json.loads(await socket.recv()).get("values", {}):
            pass

    async def ask() -> None:
        while time.perf_counter() < until:
            began = time.perf_counter()
            if anew:
                await asyncio.to_thread(read_page, page)
            async with websockets.connect(address, max_size=None) as socket:
                method = "init"
                while time.perf_counter() < until:
                    await send(socket, method)
                    spent.append(1e3 * (time.perf_counter() - began))
                    method, began = "update", time.perf_counter()
                    if anew:
                        break

    await asyncio.gather(*(ask() for _ in range(clients)))
    return spent


def write_values(form: dict[str, str]) -> str:
    """Return a form as Shiny's script in a browser sends it."""
    values: dict[str, Any] = {name_input(name): text for name, text in form.items()}
    return json.dumps(values | {".clientdata_output_answer_hidden": False})


def read_page(address: str) -> None:
    """Read a page of Shiny without its scripts, which a browser keeps."""
    with urlopen(address) as answer:
        assert b"Patients like this one" in answer.read()


def serve_ours(pool: str, bank: str) -> None:
    """Serve as `chorall serve --workers 2`, without a limit of questions a minute."""
    import uvicorn

    from chorall.web.gate import guard
    from chorall.web.gate.doors import Doors
    from chorall.web.gate.pace import Pace
    from chorall.web.serving import create_config
    from chorall.web.settings import open_settings

    guard.Pace = partial(Pace, 10**9)  # type: ignore[misc, assignment]
    settings = open_settings((Path(pool), Path(bank)))
    uvicorn.Server(create_config(settings, Doors(port=PORT), n_workers=2)).run()


def serve_shiny(bank: str, site: str) -> None:
    """Serve the same page by Shiny for Python: the fields are its inputs, the answer its output."""
    sys.path.append(site)
    from shiny import App, render, run_app, ui

    from chorall.knowledge.small_counts import FEWEST_SHOWN
    from chorall.web.doctor.fields import describe_fields
    from chorall.web.doctor.page import Sheet, write_answer

    held = ch.read_bank(Path(bank))
    choices = list_choices(describe_fields(held))
    sheet = Sheet("", FEWEST_SHOWN, synthetic=True, is_part=True)

    def server(input: Any, output: Any, session: Any) -> None:
        @render.ui
        def answer() -> Any:
            given = {name: input[name_input(name)]() for name in (*TEXTS, *choices)}
            return ui.HTML(write_answer(held, sheet, given)[0])

    inputs = [ui.input_text(name_input(name), name) for name in TEXTS]
    inputs += [
        (ui.input_radio_buttons if len(own) <= MOST_BUTTONS else ui.input_select)(
            name_input(name), name, own
        )
        for name, own in choices.items()
    ]
    page = ui.page_fluid(ui.h1("Patients like this one"), *inputs, ui.output_ui("answer"))
    run_app(App(page, server), port=PORT + 1, log_level="warning")


def list_choices(fields: Any) -> dict[str, dict[str, str]]:
    """Return the fields of the doctor's form that are choices, with the words of each."""
    from chorall.web.doctor import fields as words
    from chorall.web.doctor.course import STATES

    treatments = {"": "none", "as_observed": "as treated in the trials", **fields.treatments}
    return {
        **{
            name: {"": "not known"} | {one: one for one in own}
            for name, own in fields.words.items()
        },
        words.SUBTYPE: {"": "not known", **fields.subtypes},
        **{f"m:{one}": dict(reversed(words.STATUSES.items())) for one in fields.markers},
        "wbc_unit": {one: one for one in words.WBC_UNITS},
        "mrd_unit": {one: one for one in words.MRD_UNITS},
        "mrd_undetected": {"": "", "yes": "not detected"},
        "state": dict(STATES),
        **{f"{side}_treatment": treatments for side in "ab"},
        **{f"{side}_transplant": words.TRANSPLANTS for side in "ab"},
    }


def name_input(field: str) -> str:
    """Return a name that Shiny takes."""
    return re.sub(r"\W", "_", field)


def find_peer() -> str | None:
    """Return the packages of the environment of the peers, if Shiny is among them."""
    python = os.environ.get("BENCH_PYTHON", "")
    if not Path(python).is_file():
        return None
    said = subprocess.run(
        [python, "-c", "import shiny, sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout.strip() or None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each load")
    parser.add_argument("--rounds", type=int, default=3, help="of loads beside Shiny, in turns")
    parser.add_argument("--requests", type=int, default=20_000, help="over which memory is watched")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("the load test needs the program wrk (apt-get install wrk)")
    pool, bank = map(str, make_served())
    held = ch.read_bank(Path(bank))
    starts = []
    for _ in range(3):
        command = (sys.executable, "-m", "chorall", "serve", pool, bank, "--port", str(PORT))
        with started(*command) as (_, seconds):
            starts.append(seconds)
            weight, n_requests = weigh_first_page()
    print(f"cold start, pool and bank: {median(starts):.1f} s (aim 2)")
    print(f"first page: {weight / 1e3:.0f} kB in {n_requests} requests (aim 150 kB)")
    ours = (sys.executable, __file__, "serve-ours", pool, bank)
    site = find_peer()
    for share in (1.0, 0.5):
        forms, words = draw_patients(held, share), f"{share:.0%} of markers tested"
        with started(*ours):
            load(forms, 4, 5)  # until its processes have begun
            found = load(forms, 200, asked.seconds)
            print(f"{words}, 200 clients: {say(found)}")
            compare(forms, bank, words, site, asked)
    if not site:
        print("Shiny for Python is not installed: not compared (`make bench` installs the peers)")
    with started(*ours) as (pid, _):
        watch_memory(pid, draw_patients(held, 1.0), asked.requests)


def say(found: dict[str, float]) -> str:
    """Return a load in words."""
    return (
        f"{found['answered'] / found['seconds']:.1f} pages/s, p50 {found['p50']:.0f} ms, p95 "
        f"{found['p95']:.0f} ms; told to come again {found['busy']:.0f}, timed out "
        f"{found['timeouts']:.0f}, broken {found['broken'] + found['other']:.0f}"
    )


def compare(
    forms: list[dict[str, str]], bank: str, words: str, site: str | None, asked: Any
) -> None:
    """Load the same answer here and in Shiny in turns, and say how many times more pages ours gave.

    In turns, because the machine is now faster and now slower: each ratio is of two loads, one
    right after the other.
    """
    page = f"http://127.0.0.1:{PORT + 1}/"
    command = (sys.executable, __file__, "serve-shiny", bank, str(site))
    with started(*command, wait_for=page) if site else nullcontext():
        if site:
            sys.path.append(site)
            asyncio.run(load_shiny(page, forms, 4, 2, anew=True))
        for anew in (True, False):
            kind = "a page of its own each" if anew else "an open page changed"
            ratios = []
            for _ in range(asked.rounds):
                found = load(forms, 16, asked.seconds, is_part=not anew)
                print(f"{words}, 16 clients, {kind}: {say(found)}")
                if site:
                    spent = asyncio.run(load_shiny(page, forms, 16, asked.seconds, anew=anew))
                    print(f"  Shiny: {say_spent(spent, asked.seconds)}")
                    ratios.append(found["answered"] / found["seconds"] * asked.seconds / len(spent))
            if ratios:
                each = ", ".join(f"{one:.2f}" for one in ratios)
                print(f"  times as many as Shiny: {median(ratios):.2f} ({each})")


def say_spent(spent: list[float], seconds: float) -> str:
    """Return the answers of Shiny in words, from the milliseconds of each."""
    return (
        f"{len(spent) / seconds:.1f} pages/s, p50 {np.percentile(spent, 50):.0f} ms, "
        f"p95 {np.percentile(spent, 95):.0f} ms"
    )


def watch_memory(pid: int, forms: list[dict[str, str]], n_requests: int) -> None:
    """Ask so many times, and say what the server holds after a tenth and at the end."""
    asked, held = 0.0, {}
    for share in (0.1, 1.0):
        while asked < share * n_requests:
            asked += load(forms, 8, 10)["answered"]
        held[asked] = read_memory(pid)
    said = ", ".join(f"{mb:.0f} MB after {n:,.0f}" for n, mb in held.items())
    print(f"memory: {said} questions")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve-ours", pool, bank]:
            serve_ours(pool, bank)
        case ["serve-shiny", bank, site]:
            serve_shiny(bank, site)
        case _:
            main()
