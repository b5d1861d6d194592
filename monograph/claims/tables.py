"""Tables of claims, as a notebook shows them."""

from collections.abc import Collection, Iterable, Mapping
from re import sub

from monograph.claims.ledger import SIGNS, Claim, Verdict, bound


class Table:
    """Claims as a notebook shows them: a table with links, or the same as plain text.

    Parameters
    ----------
    claims
        The rows. Each is checked when it is first shown.
    titles
        Titles of the chapters that the rows name.
    footer
        Markdown text below the table.

    Examples
    --------
    >>> from monograph import claims
    >>> rows = Table([claims.find("best_step")], {"setup/task": "The task"})
    >>> print(rows.markdown().splitlines()[0])
    | Claim | Verdict |
    """

    def __init__(self, claims: Iterable[Claim], titles: Mapping[str, str], *, footer: str = "") -> None:
        self.claims, self.titles, self.footer = tuple(claims), titles, footer

    def __repr__(self) -> str:
        return "\n\n".join(map(self._paragraph, self.claims))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        return {"text/markdown": self.markdown(), "text/plain": repr(self)}

    def markdown(self) -> str:
        """Markdown text of the table; its links lead from one chapter to another."""
        rows = [f"| {self._cell(one)} | {_sign(one)} |" for one in self.claims]
        return "\n".join(["| Claim | Verdict |", "|---|---|", *rows, "", self.footer]).rstrip()

    def _cell(self, one: Claim) -> str:
        links = ", ".join(f"[{self._title(place)}](../{address(place)})" for place in one.places)
        lines = [f"`{one.id}` {escape(one.statement)} *({escape(one.source)}; {links})*"]
        lines += [f"**{_caveat(one)}:** {escape(one.caveat)}"] if one.caveat else []
        lines += [
            f"*Check:* {escape(one.method)} [{one.module}.py](../../monograph/{one.module}.py)",
            f"*Measured:* {escape(one.evidence.measured)} *Tolerance:* {escape(_tolerance(one))}",
        ]
        lines += [f"*Remark:* {escape(one.remark)}"] if one.remark else []
        return "<br>".join(lines)

    def _paragraph(self, one: Claim) -> str:
        return "\n    ".join(
            [
                f"{_sign(one)}: {one.id} ({one.source})",
                one.statement,
                *([f"{_caveat(one)}: {one.caveat}"] if one.caveat else []),
                f"Check: {one.method}",
                f"Measured: {one.evidence.measured}",
                f"Tolerance: {_tolerance(one)}",
                *([f"Remark: {one.remark}"] if one.remark else []),
                f"Treated in: {', '.join(map(self._title, one.places))}",
            ]
        )

    def _title(self, place: str) -> str:
        return self.titles[place.partition("#")[0]]


def address(place: str) -> str:
    """Return the path of a place from the folder of chapters, with the label as its fragment.

    Parameters
    ----------
    place
        As claims name it.

    Examples
    --------
    >>> address("setup/task#prop-floor")
    'setup/task.ipynb#prop-floor'
    """
    chapter, mark, label = place.partition("#")
    return f"{chapter}.ipynb{mark}{label}"


def _sign(one: Claim) -> str:
    found = one.evidence.verdict
    recorded = "" if found == one.verdict else f" (recorded: {one.verdict})"
    return f"{SIGNS[found]} {found}{recorded}"


def _caveat(one: Claim) -> str:
    return "To decide it" if one.verdict is Verdict.INCONCLUSIVE else "Caveat"


def _tolerance(one: Claim) -> str:
    return f"{bound(one.tolerance)}, {one.limits}."


def escape(text: str) -> str:
    r"""Keep Markdown from reading signs of mathematics as its own, and raise and lower what stands after them.

    Formulas proper would be ten times the elements, on a page with more than a hundred claims.

    Parameters
    ----------
    text
        Plain text.

    Examples
    --------
    >>> print(escape("n_crit of i^(−0.8) in claim_name"))
    n<sub>crit</sub> of i<sup>−0.8</sup> in claim\_name
    """
    text = sub(r"([\\`*_|<$\[\]])", r"\\\1", text)
    text = sub(r"(?<!\w)([^\W\d_])\\_(\w+)", r"\1<sub>\2</sub>", text)  # names of claims have longer words
    return sub(r"\^\(([^()]*)\)", r"<sup>\1</sup>", text)
