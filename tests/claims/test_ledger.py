import pytest

from monograph.claims import ledger
from monograph.claims.ledger import Verdict


@pytest.mark.parametrize(
    ("holds", "exception", "verdict"),
    [
        (True, False, Verdict.HOLDS),
        (True, True, Verdict.CAVEAT),
        (False, False, Verdict.FAILS),
        (False, True, Verdict.FAILS),
    ],
)
def test_the_verdict_follows_from_what_was_seen(holds, exception, verdict):
    assert ledger.judge(holds, "It is so.", exception=exception).verdict is verdict


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("exception", [True, False])
def test_what_agrees_with_the_contrary_too_is_inconclusive(holds, exception):
    found = ledger.judge(holds, "It may be.", exception=exception, undecided=True)
    assert found.verdict is Verdict.INCONCLUSIVE
