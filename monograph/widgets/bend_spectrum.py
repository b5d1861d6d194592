"""A spectrum to bend by hand, and what one step leaves of the error."""

from typing import Any

import numpy as np
import traitlets
from traitlets import Bunch

from monograph import figures
from monograph.widgets.base import bundle
from monograph.widgets.layers import DirectErrors
from ttsbook.arrays import Covariance
from ttsbook.data import covariance, spectra

DIM = 20
PRESETS = {
    "equal": covariance.isotropic(DIM),
    "power law": covariance.power_law(DIM, 1.0),
    "one weak skill": spectra.one_weak(DIM, 200.0),
    "one strong skill": spectra.one_strong(DIM, 200.0),
    "two groups": np.diag([*np.ones(DIM // 2), *np.full(DIM // 2, 0.1)]),
}


class BendSpectrum(DirectErrors):
    """Strengths of skills, each set by hand, with hardness, error of one step and its bounds.

    Training and test prompts have the same covariance.

    Parameters
    ----------
    strengths
        Strength of each skill, from 2 to 50 of them, each from 0.001 to 100; by default 20 as 1/i.
    selected
        Skill that the sliders set, from 1; by default the last.
    train_length, test_length
        Prompt lengths n and m, at least 1; a `test_length` of None stands for infinity.

    Examples
    --------
    >>> BendSpectrum(strengths=[1.0, 0.5, 0.1]).still().alt.split(". ")[1]
    '“strength λᵢ” (points): falls from 1 to 0.1'
    """

    _esm = bundle("bend_spectrum.js")
    controls = ("strengths", "selected", "train_length", "test_length")
    DEPENDS = ("strengths", "train_length", "test_length")
    strengths = traitlets.List(traitlets.Float(min=1e-3, max=100.0), minlen=2, maxlen=50).tag(sync=True)
    selected = traitlets.Int(DIM, min=1).tag(sync=True)
    train_length = traitlets.Int(100, min=1).tag(sync=True)
    test_length = traitlets.Int(100, min=1, allow_none=True).tag(sync=True)
    presets = traitlets.List().tag(sync=True)  # of a name and strengths each

    def __init__(self, **settings: Any) -> None:
        by_name = {name: np.diag(cov).round(6).tolist() for name, cov in PRESETS.items()}
        strengths = settings.pop("strengths", by_name["power law"])
        selected = settings.pop("selected", len(strengths))
        super().__init__(
            strengths=strengths, presets=[list(one) for one in by_name.items()], selected=selected, **settings
        )

    def settings(self) -> dict[str, dict[str, Any]]:
        """Describe what the controls can be set to; only a skill that there is can be selected."""
        settings = super().settings()
        settings["selected"]["most"] = len(self.strengths)
        return settings

    @traitlets.validate("strengths")
    def _numbers(self, proposal: Bunch) -> list[float]:
        if np.isnan(proposal["value"]).any():
            raise traitlets.TraitError(f"strengths must be numbers, got {proposal['value']}")
        return proposal["value"]

    @traitlets.observe("strengths")
    def _keep_the_selection(self, change: Bunch) -> None:
        self.selected = min(self.selected, len(change["new"]))

    @traitlets.validate("selected")
    def _one_of_the_skills(self, proposal: Bunch) -> int:
        if proposal["value"] > len(self.strengths):
            raise traitlets.TraitError(f"selected must be at most {len(self.strengths)}, got {proposal['value']}")
        return proposal["value"]

    def cov(self) -> Covariance:
        """Covariance of training and test, as it is set."""
        return np.diag(self.strengths)

    def still(self) -> figures.Picture:
        """Strengths as they are set, and the error of one step along each skill."""
        skill = np.arange(1, len(self.strengths) + 1)
        return figures.lines(
            [
                figures.Series("strength λᵢ", skill, np.array(self.strengths), points=True),
                figures.Series("error after\none step", skill, self.expected()[1:], points=True),
            ],
            x_label="skill i",
            y_label="strength, error",
            log_y=True,
            level=(1.0, "no answer"),
        )
