"""Widgets that answer to the hand: in a notebook, and on a page without a kernel.

A widget computes in the browser. Its JavaScript lives in ``monograph/widgets/javascript``, where ``theory.js``
mirrors functions of `ttsbook.data.covariance` and `ttsbook.theory` by name, and ``selection.js`` those of
`ttsbook.theory.selection`; ``noise.js`` is for label noise, ``fine_tuning.js`` for fine-tuning, ``stopping_rules.js``
for rules that stop, ``fourth_moments.js`` for features with tails, ``rows.js`` and ``tables.js`` for rows of tables.
``layer.js``, ``upbringing.js`` and ``gpt.js`` are models that live in the page: a layer that learns and thinks, as
`ttsbook.training` and `ttsbook.thinking` have it, a shipped GPT that thinks, in ``gpt_gradient.js`` one that learns,
in ``character_model.js`` one that writes; ``minds.js`` are layers in closed form, on a prompt that is given. Most
widgets can also simulate what they show, in the page, or with the package where a kernel runs: see
`monograph.widgets.simulation`. A value that is out of range is refused with a ``traitlets.TraitError``.
"""

from monograph.widgets.base import Widget, bundle
from monograph.widgets.bend_spectrum import BendSpectrum
from monograph.widgets.direct_answer import DirectAnswer
from monograph.widgets.exchange import Exchange
from monograph.widgets.fine_tuned import FineTuned
from monograph.widgets.gpt_at_work import GPTAtWork
from monograph.widgets.gpt_growing import GPTGrowing
from monograph.widgets.gpt_thinking import GPTThinking
from monograph.widgets.kind_mixture import KindMixture
from monograph.widgets.overthinking_map import OverthinkingMap
from monograph.widgets.own_domains import OwnDomains
from monograph.widgets.simulation import Simulating
from monograph.widgets.step_spectrum import StepSpectrum
from monograph.widgets.stopping import Stopping
from monograph.widgets.tails import Tails
from monograph.widgets.task_mixture import TaskMixture
from monograph.widgets.thinking_in_words import ThinkingInWords
from monograph.widgets.thinking_longer import ThinkingLonger
from monograph.widgets.thinking_path import ThinkingPath
from monograph.widgets.three_upbringings import ThreeUpbringings
from monograph.widgets.trained_layers import TrainedLayers
from monograph.widgets.two_causes import TwoCauses
from monograph.widgets.two_minds import TwoMinds
from monograph.widgets.weight_blocks import WeightBlocks

__all__ = [
    "BendSpectrum",
    "DirectAnswer",
    "Exchange",
    "FineTuned",
    "GPTAtWork",
    "GPTGrowing",
    "GPTThinking",
    "KindMixture",
    "OverthinkingMap",
    "OwnDomains",
    "Simulating",
    "StepSpectrum",
    "Stopping",
    "Tails",
    "TaskMixture",
    "ThinkingInWords",
    "ThinkingLonger",
    "ThinkingPath",
    "ThreeUpbringings",
    "TrainedLayers",
    "TwoCauses",
    "TwoMinds",
    "WeightBlocks",
    "Widget",
    "bundle",
]
