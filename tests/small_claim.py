"""A claim of no book, whose check takes no time."""

from monograph.claims import ledger
from monograph.claims.ledger import Verdict

TITLES = {"setup/task": "The task", "index": "Start"}


def example(verdict=Verdict.HOLDS, caveat="", found=None, remark=""):
    """Return a claim with a verdict, and the tolerances with which its check was called."""
    calls = []

    def an_example(tolerance):
        """Half of a | b is _less_ than $1."""
        calls.append(tolerance)
        return found or ledger.judge(True, "It is 0.5.", exception=verdict is Verdict.CAVEAT)

    fields = {"method": "Looked.", "tolerance": 1e-3, "limits": "how far", "verdict": verdict}
    fields |= {"caveat": caveat, "remark": remark}
    return ledger.claim(source="this book", places=("setup/task#a", "index"), **fields)(an_example), calls
