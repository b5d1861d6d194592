"""Where the eigenvalues of a step lie, for trained models of several kinds, and what becomes of their chains."""

from typing import Any

import numpy as np
import traitlets
from traitlets import Bunch

from monograph import figures
from monograph.experiments import results
from monograph.experiments.attention import read
from monograph.widgets.base import Widget, bundle

NAMES = {
    "softmax": "softmax",
    "one layer": "gpt",
    "LayerNorm": "gpt, normalized",
    "two layers": "gpt, two layers",
    "linear, two layers": "linear, two layers",
}
TRAININGS = {
    "isotropic, n = 40": ("isotropic", 40),
    "skewed, n = 10": ("skewed", 10),
    "skewed, n = 20": ("skewed", 20),
    "skewed, n = 40": ("skewed", 40),
}
Cloud = dict[str, list[float | None]]


class StepSpectrum(Widget):
    """Eigenvalues of a step at the answer, on 32 long isotropic prompts, and the error of the chains, for d = 5.

    Models and results are those of the experiment `attention`: eigenvalues of the first seed, errors of all seeds.

    Parameters
    ----------
    architecture
        Two heads of "softmax", GPTs of "one layer", with "LayerNorm", of "two layers", and "linear, two layers".
    training
        Spectrum and length of the training prompts, one of those that the architecture was trained with.

    Examples
    --------
    >>> StepSpectrum(architecture="one layer", training="skewed, n = 40").still().alt.split(" against")[0]
    'Line chart of imaginary part'
    """

    _esm = bundle("step_spectrum.js")
    controls = ("architecture", "training")
    architecture = traitlets.Enum(tuple(NAMES), default_value="one layer").tag(sync=True)
    training = traitlets.Enum(tuple(TRAININGS), default_value="skewed, n = 20").tag(sync=True)
    clouds = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        self.set_trait("clouds", _clouds())
        super().__init__(**settings)

    @traitlets.validate("training")
    def _known(self, proposal: Bunch) -> str:
        """Refuse a training that the architecture did not have."""
        known = [name for name in TRAININGS if f"{self.architecture}|{name}" in self.clouds]
        if proposal["value"] not in known:
            raise traitlets.TraitError(
                f"training must be one of {known} for {self.architecture!r}, got {proposal['value']!r}"
            )
        return proposal["value"]

    @traitlets.observe("architecture")
    def _keep_to_the_trainings(self, _: Bunch) -> None:
        if f"{self.architecture}|{self.training}" not in self.clouds:
            self.training = "skewed, n = 40"

    def still(self) -> figures.Picture:
        """Draw the eigenvalues, and the circle within which gaps shrink."""
        cloud, angle = self.clouds[f"{self.architecture}|{self.training}"], np.linspace(0, 2 * np.pi, 100)
        return figures.lines(
            [
                figures.Series("eigen-\nvalues", np.array(cloud["real"]), np.array(cloud["imag"]), points=True),
                figures.Series("gaps\nshrink\nwithin", np.cos(angle), np.sin(angle)),
            ],
            x_label=f"real part; {self.architecture}, {self.training}",
            y_label="imaginary part",
        )


def _clouds() -> dict[str, Cloud]:
    """For each model eigenvalues of its first seed and the least, middle and largest median error of all seeds."""
    records, clouds = results.load("attention"), {}
    for name, architecture in NAMES.items():
        for training, case in TRAININGS.items():
            if case not in read.trainings(records, architecture, 5):
                continue
            spectrum, length = case
            first = records.select(architecture=architecture, dim=5, spectrum=spectrum, length=length)[0]
            real, imag = first["eigenvalues"]
            errors = np.sort(read.medians(records, architecture, 5, *case), axis=0)
            rows = {"low": errors[0], "middle": errors[len(errors) // 2], "high": errors[-1]}
            clouds[f"{name}|{training}"] = {
                "real": [round(value, 2) for value in real],
                "imag": [round(value, 2) for value in imag],
                **{name: [float(f"{e:.3g}") if np.isfinite(e) else None for e in row] for name, row in rows.items()},
            }
    return clouds
