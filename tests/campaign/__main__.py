"""The kill campaign: a hundred SIGKILLs, and outages of the API, at seeded moments of trials.

    python -m tests.campaign --seed 7

After each, `seatrial undo` and the attestation must say that the workload equals its state before.
It can be interrupted and goes on where it was; exit code 0 means that every moment held.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from seatrial.fault.catalogue import CATALOGUE
from seatrial.progress import LineProgress

from .kill import Kept, hold
from .moments import Moment, moments
from .stand import ROOT, Stand, standing


def main() -> int:
    """Hold the moments that are not held yet, and print the summary of all."""
    asked = _arguments()
    kinds = asked.fault or [row.kind for row in CATALOGUE]
    planned = moments(asked.seed, kinds, asked.moments)
    asked.results.mkdir(parents=True, exist_ok=True)
    file = asked.results / f"seed-{asked.seed}.jsonl"
    left = [
        moment for moment in planned if moment.number not in {item.number for item in _read(file)}
    ]
    if left:
        progress = LineProgress()
        with standing(asked.results / f"seed-{asked.seed}", progress) as stand:
            for moment in left:
                _hold(stand, moment, file, len(planned))
    return _summary(_read(file), planned, asked.seed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--fault", action="append", help="only these kinds of fault")
    parser.add_argument("--results", type=Path, default=ROOT / "reports" / "campaign")
    return parser.parse_args()


def _read(file: Path) -> list[Kept]:
    """Return the moments that were held; a line cut off by a kill is none."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    return [Kept(**json.loads(line)) for line in lines if line.endswith("}")]


def _hold(stand: Stand, moment: Moment, file: Path, count: int) -> None:
    place = stand.place / f"{moment.number:03d}-{moment.kind}-{moment.victim}"
    shutil.rmtree(place, ignore_errors=True)
    kept = hold(stand, moment, place)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(kept)) + "\n")
    words = "as before" if kept.ok else kept.problem
    where = f"in effect: {kept.effect}" if kept.effect else "nothing in effect"
    print(  # noqa: T201 -- a program's output
        f"{moment.number + 1}/{count} {kept.kind}, SIGKILL of {kept.victim} at {kept.at_s:.1f} s "
        f"({where}): {words}, {kept.seconds:.0f} s",
        flush=True,
    )


def _summary(found: list[Kept], planned: tuple[Moment, ...], seed: int) -> int:
    good, inside = sum(item.ok for item in found), sum(bool(item.effect) for item in found)
    kinds = Counter(item.kind for item in found)
    victims = Counter(item.victim for item in found)
    print(  # noqa: T201 -- a program's output
        f"seed {seed}: {good} of {len(planned)} as before; {inside} while a fault was in effect\n"
        f"by fault: {dict(sorted(kinds.items()))}\nby victim: {dict(sorted(victims.items()))}"
    )
    for item in found:
        if not item.ok:
            print(f"{item.number + 1}: {item.kind}, {item.victim}: {item.problem}")  # noqa: T201 -- a program's output
    return 0 if good == len(planned) else 1


if __name__ == "__main__":
    sys.exit(main())
