"""Widgets that answer to the hand: in a notebook, and on a page without a kernel.

A widget computes in the browser. Its JavaScript lives in ``ttsbook/javascript``, where
``theory.js`` mirrors functions of `ttsbook.covariance` and `ttsbook.theory` by name.
"""

import re
import warnings
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from ttsbook import covariance, plotting, theory
from ttsbook.tasks import Task

JAVASCRIPT = Path(__file__).parent / "javascript"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)


def bundle(name):
    """Join a JavaScript module and those it imports, each once, into one module without imports.

    Parameters
    ----------
    name : str
        File in ``ttsbook/javascript``. It has one default export; what it imports has none.

    Returns
    -------
    str
    """
    parts = {}

    def add(file):
        source = (JAVASCRIPT / file).read_text(encoding="utf-8")
        for imported in IMPORT.findall(source):
            if imported not in parts:
                add(imported)
        source = IMPORT.sub("", source)
        parts[file] = source if file == name else re.sub(r"^export ", "", source, flags=re.MULTILINE)

    add(name)
    return "\n".join(parts.values())


class Widget(anywidget.AnyWidget):
    """Base of the book's widgets: a still picture for print, and words for those who cannot see it.

    A subclass sets ``_esm`` to the `bundle` of its module and defines ``still()``, which returns a
    `plotting.Picture` of the widget as it is set.
    """

    _css = (JAVASCRIPT / "widget.css").read_text(encoding="utf-8")

    def __repr__(self):
        return f"Interactive chart. {self.still().alt}"

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "image/svg+xml": self.still().svg(), "text/plain": repr(self)}, metadata


class DirectAnswer(Widget):
    """How far from the answer one step leaves each skill, at matched training and test covariance.

    Parameters
    ----------
    dim : int, default 20
        Number d of skills, 2 to 50.
    exponent : float, default 1
        Skill i has strength 1/i^exponent, 0 to 2.
    train_length, test_length : int
        Prompt lengths n and m, at least 1; a `test_length` of None stands for infinity.

    Raises
    ------
    traitlets.TraitError
        If a value is out of range.
    """

    _esm = bundle("direct_answer.js")
    dim = traitlets.Int(20, min=2, max=50).tag(sync=True)
    exponent = traitlets.Float(1.0, min=0.0, max=2.0).tag(sync=True)
    train_length = traitlets.Int(40, min=1).tag(sync=True)
    test_length = traitlets.Int(40, min=1, allow_none=True).tag(sync=True)

    def still(self):
        """Error of one step along each skill, as it is set."""
        cov = covariance.power_law(self.dim, self.exponent)
        P = theory.preconditioner(Task(cov, self.train_length))
        errors = theory.direct_error_by_skill(P, cov, self.test_length)
        skill = np.arange(1, self.dim + 1)
        return plotting.lines(
            [
                plotting.Series("strength λᵢ", skill, np.diag(cov), points=True),
                plotting.Series("error after\none step", skill, errors, points=True),
            ],
            x_label="skill i, strongest first",
            y_label="strength, error",
            log_y=True,
            level=(1.0, "no answer"),
        )


class WeightBlocks(Widget):
    """All weights of the attention layer at d = 1, to be edited, and the error of its chain of thought.

    The error is the mean over 64 prompts of 20 examples with covariance 1, drawn with seed 0.

    Parameters
    ----------
    V, W : list of float, length 16
        Weights, row by row; rows and columns are x, y, w, flag. By default the closed form.
    """

    _esm = bundle("weight_blocks.js")
    STEPS, PROMPTS, LENGTH = 20, 64, 20
    V = traitlets.List(traitlets.Float(), minlen=16, maxlen=16).tag(sync=True)
    W = traitlets.List(traitlets.Float(), minlen=16, maxlen=16).tag(sync=True)
    closed_V = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    closed_W = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    examples = traitlets.List(read_only=True).tag(sync=True)
    weights = traitlets.List(read_only=True).tag(sync=True)

    def __init__(self, **settings):
        P = theory.preconditioner(Task(covariance.isotropic(1), self.LENGTH))
        closed_V, closed_W = np.zeros((2, 4, 4))
        closed_V[2, 0], closed_W[0, 2], closed_W[1, 3] = -P[0, 0], 1.0, -1.0
        rng = np.random.default_rng(0)
        data = {
            "closed_V": closed_V.ravel().tolist(),
            "closed_W": closed_W.ravel().tolist(),
            "examples": rng.standard_normal((self.PROMPTS, self.LENGTH)).round(4).tolist(),
            "weights": rng.standard_normal(self.PROMPTS).round(4).tolist(),
        }
        for name, value in data.items():
            self.set_trait(name, value)
        super().__init__(**{"V": self.closed_V, "W": self.closed_W, **settings})

    def still(self):
        """Mean squared error of each thinking step, of this layer and of the closed form."""
        steps = np.arange(self.STEPS + 1)
        return plotting.lines(
            [
                plotting.Series("closed form", steps, self._mean_error(self.closed_V, self.closed_W)),
                plotting.Series("your layer", steps, self._mean_error(self.V, self.W)),
            ],
            x_label="thinking steps k",
            y_label="mean squared error",
            log_y=True,
            level=(1.0, "no answer"),
        )

    def _mean_error(self, V, W):
        import torch  # only this widget needs it, and it takes seconds to load

        from ttsbook import attention, cot, prompts

        model = attention.LinearSelfAttention(1, dtype=torch.float64)
        with torch.no_grad():
            model.V.copy_(torch.tensor(V, dtype=torch.float64).reshape(4, 4))
            model.W.copy_(torch.tensor(W, dtype=torch.float64).reshape(4, 4))
        x = torch.tensor(self.examples, dtype=torch.float64)[..., None]  # (prompts, m, 1)
        w = torch.tensor(self.weights, dtype=torch.float64)[:, None]  # (prompts, 1)
        batch = prompts.Prompts(x, x[..., 0] * w, w, torch.full((len(x),), x.shape[1]))
        with warnings.catch_warnings():  # a chain that diverges is seen to
            warnings.simplefilter("ignore", theory.DivergenceWarning)
            answers = cot.think(model, batch, self.STEPS, literal=True)
        return ((answers - w[:, None]) ** 2).mean(dim=(0, 2)).numpy()


class ThinkingPath(Widget):
    """The path of a chain of thought over the loss of an endless prompt with two skills.

    The strong skill has strength 1 in training and test.

    Parameters
    ----------
    train_tail, test_tail : float
        Strength of the weak skill in training and in the test, 0.01 to 1.
    train_length : int
        Training prompt length n, 1 to 1000.
    steps : int
        Number of thinking steps k, 0 to 30.
    start_strong, start_weak : float
        Gap between the first answer and the right one along each skill, -2 to 2.
    """

    _esm = bundle("thinking_path.js")
    train_tail = traitlets.Float(0.1, min=0.01, max=1.0).tag(sync=True)
    test_tail = traitlets.Float(0.1, min=0.01, max=1.0).tag(sync=True)
    train_length = traitlets.Int(20, min=1, max=1000).tag(sync=True)
    steps = traitlets.Int(8, min=0, max=30).tag(sync=True)
    start_strong = traitlets.Float(-1.6, min=-2.0, max=2.0).tag(sync=True)
    start_weak = traitlets.Float(-1.6, min=-2.0, max=2.0).tag(sync=True)

    def still(self):
        """Paths of thinking, of gradient descent with its best constant step, and of Newton's method."""
        test = np.array([1.0, self.test_tail])
        P = theory.preconditioner(Task(np.diag([1.0, self.train_tail]), self.train_length))
        start, k = np.array([self.start_strong, self.start_weak]), np.arange(self.steps + 1)[:, None]
        paths = {
            "gradient\ndescent": start * (1 - 2 / test.sum() * test) ** k,
            "thinking": start * (1 - np.diag(P) * test) ** k,
            "Newton": np.array([start, [0, 0]]),
        }
        return plotting.contours(
            np.diag(test),
            [plotting.Series(label, *gaps.T) for label, gaps in paths.items()],
            x_label="gap along the strong skill",
            y_label="gap along the weak skill",
        )
