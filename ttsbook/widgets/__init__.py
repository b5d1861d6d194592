"""Widgets that answer to the hand: in a notebook, and on a page without a kernel.

A widget computes in the browser. Its JavaScript lives in ``ttsbook/javascript``, where
``theory.js`` mirrors functions of `ttsbook.covariance` and `ttsbook.theory` by name, and
``selection.js`` those of `ttsbook.selection`. Where a kernel runs,
most widgets can also simulate what they show: see `ttsbook.widgets.simulation`.
"""

from ttsbook.widgets.base import Widget, bundle
from ttsbook.widgets.bend_spectrum import BendSpectrum
from ttsbook.widgets.direct_answer import DirectAnswer
from ttsbook.widgets.exchange import Exchange
from ttsbook.widgets.gpt_thinking import GPTThinking
from ttsbook.widgets.kind_mixture import KindMixture
from ttsbook.widgets.overthinking_map import OverthinkingMap
from ttsbook.widgets.simulation import Simulating
from ttsbook.widgets.task_mixture import TaskMixture
from ttsbook.widgets.thinking_longer import ThinkingLonger
from ttsbook.widgets.thinking_path import ThinkingPath
from ttsbook.widgets.trained_layers import TrainedLayers
from ttsbook.widgets.weight_blocks import WeightBlocks

__all__ = [
    "BendSpectrum",
    "DirectAnswer",
    "Exchange",
    "GPTThinking",
    "KindMixture",
    "OverthinkingMap",
    "Simulating",
    "TaskMixture",
    "ThinkingLonger",
    "ThinkingPath",
    "TrainedLayers",
    "WeightBlocks",
    "Widget",
    "bundle",
]
