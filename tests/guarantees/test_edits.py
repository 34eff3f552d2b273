"""What a person edited since is left as it is by `runs undo`, `runs resume` and `apply`, however small the edit.

Each round sets a text in a ticket or in a saved reply, has a person edit it by a link, an entity, a blank or a capital alone,
and then takes it back, goes on with it, or applies a plan that was made before. The edit must be there still, and be told.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from crmcli.sandbox.objects import REPLY, TICKET
from tests.conftest import Run, Sandbox
from tests.guarantees.game import held
from tests.guarantees.witness import Score, seeds

TEXT = "<a href=x.co>Late</a>, A &amp; B.  It is <b>so</b>"
EDITS = (
    ("x.co", "y.co"),
    ("&amp; B", "& B"),
    ("<b>so</b>", "so"),
    ("<b>so</b>", "<i>so</i>"),
    (".  It", ". It"),
    ("It is", "it is"),
    ("Late<", "Late <"),
    ("</a>", "</a> "),
)
WAYS = ("undo", "resume", "apply", "undo a saved reply")


def played(seed: int, run: Run, shop: Sandbox, folder: Path) -> Score:
    """One round."""
    dice, score = random.Random(seed), Score(rounds=1)
    way, (old, new) = WAYS[seed % len(WAYS)], dice.choice(EDITS)
    kind, noun = (REPLY, "replies") if "reply" in way else (TICKET, "tickets")
    field, flag = ("Message", "--text") if kind is REPLY else ("Subject", "--subject")
    number = shop.store.insert(kind, {"Title": f"T {seed}", "CustomerEmail": "ann@example.com", field: "Before"})
    edited = TEXT.replace(old, new)
    if way == "apply":
        shop.store.update(kind, number, {field: TEXT})
        plan = str(folder / f"{seed}.plan")
        assert run(noun, "update", str(number), flag, "After", "--plan", plan).code == 0
        shop.store.update(kind, number, {field: edited})
        result = run("apply", plan)
    else:
        lost = "cut-before" if way == "resume" else ""  # the row is as it was, and may have been done
        shop.fault(*([f"{lost},method=PUT,times=1"] if lost else []))
        assert (run(noun, "update", str(number), flag, TEXT).code == 0) == (way != "resume")
        shop.fault()
        if way == "resume":
            shop.store.update(kind, number, {field: dice.choice(("Before ", "before", "<b>Before</b>"))})
            edited = str((shop.store.row(kind, number) or {})[field])
        else:
            shop.store.update(kind, number, {field: edited})
        last = json.loads(run("runs", "list", "--json").out)[-1]["number"]
        result = run("runs", "undo", str(last)) if "undo" in way else run("runs", "resume", str(last), "--failed")
    now = (shop.store.row(kind, number) or {})[field]
    if now != edited:
        score.lost.append(f"SEED={seed} ({way}): {edited!r} was overwritten with {now!r}")
    if result.code == 0 or "changed since" not in result.err:
        score.untruths.append(f"SEED={seed} ({way}): code {result.code}, and the edit is not told: {result.err}")
    return score


def campaign(some: range, run: Run, shop: Sandbox, folder: Path) -> Score:
    score = Score()
    for seed in some:
        score.add(played(seed, run, shop, folder))
    print(score)
    return score


def test_edits(run: Run, shop: Sandbox, tmp_path: Path) -> None:
    held(campaign(seeds(24, first=1), run, shop, tmp_path))


@pytest.mark.long
def test_a_thousand_edits(run: Run, shop: Sandbox, tmp_path: Path) -> None:
    held(campaign(seeds(1000, first=20_000), run, shop, tmp_path))
