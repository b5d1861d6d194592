"""Training: one loop for all models, and the recipes that it takes."""

from ttsbook import tensors as tensors  # says what is missing without PyTorch
from ttsbook.training._run import TrainingDiverged
from ttsbook.training.loop import Checkpoint, History, train
from ttsbook.training.optimizers import Adam, Constant, Cosine, GradientDescent, Optimizer

__all__ = [
    "Adam",
    "Checkpoint",
    "Constant",
    "Cosine",
    "GradientDescent",
    "History",
    "Optimizer",
    "TrainingDiverged",
    "train",
]
