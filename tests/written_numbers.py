"""How pages and widgets write numbers: a table for Python and JavaScript, and a reader of what they wrote.

Both have two digits and the same bound. Widgets keep zeros at the end, round ties up, and write numbers from 100 to 10⁴
as whole ones.
"""

import json
from pathlib import Path

TABLE = json.loads(Path(__file__).with_name("cases").joinpath("numbers.json").read_text(encoding="utf-8"))
DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(words):
    """Return the number that is written as 0.016 or 2.9·10⁶."""
    mantissa, _, power = words.partition("·10")
    return float(f"{mantissa}e{power.translate(DIGITS) or 0}")
