"""The evidence map: for each statement of the paper, what was found by each kind of evidence."""

from collections.abc import Collection, Iterable, Mapping

from monograph.claims.ledger import SIGNS, Claim
from monograph.claims.statements import Kind, Statement
from monograph.claims.tables import address, escape

HEADING = "What the paper states"
PROVED = ("thm-", "prop-", "cor-")
"""How labels of statements begin that the book proves."""


class EvidenceMap:
    """The map as a notebook shows it: a table with a row for each statement, or the same as plain text.

    Parameters
    ----------
    claims
        Those that bear on statements of the paper become entries; each is checked when it is first shown.

    Examples
    --------
    >>> from monograph import claims
    >>> few = EvidenceMap([claims.find("recursion")])
    >>> few.cells[Statement.NEWTON, Kind.EXACT][0].id
    'recursion'
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.cells: Mapping[tuple[Statement, Kind], list[Claim]] = {}
        for one in claims:
            for statement in one.bears_on:
                for kind in one.kinds:
                    self.cells.setdefault((statement, kind), []).append(one)

    @property
    def statements(self) -> list[Statement]:
        """The rows: statements for which there is an entry."""
        return [statement for statement in Statement if any(row is statement for row, _ in self.cells)]

    def __repr__(self) -> str:
        return "\n".join(map(self._paragraph, self.statements))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        return {"text/markdown": self.markdown(), "text/plain": repr(self)}

    def markdown(self) -> str:
        """Markdown text of the table; an entry leads to what proves or shows it."""
        lines = [[HEADING, *Kind], ["---"] * (1 + len(Kind))]
        for statement in self.statements:
            lines.append([escape(statement), *(self._entries(statement, kind) for kind in Kind)])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def _entries(self, statement: Statement, kind: Kind) -> str:
        found = self.cells.get((statement, kind), [])
        return "<br>".join(f"[{_sign(one)} {escape(one.id)}](../{address(_place(one, kind))})" for one in found)

    def _paragraph(self, statement: Statement) -> str:
        lines = [
            f"{kind}: {', '.join(f'{_sign(one)} {one.id}' for one in self.cells[statement, kind])}"
            for kind in Kind
            if (statement, kind) in self.cells
        ]
        return "\n    ".join([statement, *lines])


def _sign(one: Claim) -> str:
    return SIGNS[one.evidence.verdict]


def _place(one: Claim, kind: Kind) -> str:
    """Where the evidence is read: the statement that is proved, or the first place that treats the claim."""
    proved = [place for place in one.places if place.partition("#")[2].startswith(PROVED)]
    return proved[0] if kind is Kind.THEOREM else one.places[0]
