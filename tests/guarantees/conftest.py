"""What campaigns are played with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run, Sandbox
from tests.guarantees.game import SETTLE, TIMEOUT, Campaign
from tests.guarantees.verdict import judge
from tests.guarantees.witness import Witness


@pytest.fixture
def campaign(run: Run, shop: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Campaign:
    """A campaign at the small shop, judged by `verdict.judge`."""
    monkeypatch.setenv("CRMCLI_TIMEOUT", str(TIMEOUT))
    monkeypatch.setenv("CRMCLI_SETTLE", str(SETTLE))
    return Campaign(shop, Witness(shop, monkeypatch), run, tmp_path, monkeypatch, judge)
