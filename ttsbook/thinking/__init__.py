"""Models that run on their own answers, and how far those are from the truth."""

from ttsbook import tensors as tensors  # says what is missing without PyTorch
