"""Training: one loop for all models, and the recipes that it takes."""

from ttsbook.training._run import TrainingDiverged
from ttsbook.training.loop import History, train

__all__ = ["History", "TrainingDiverged", "train"]
