"""Models that run on their own answers, and how far those are from the truth."""

from ttsbook import tensors  # noqa: F401  # says what is missing without PyTorch
