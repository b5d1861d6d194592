"""What reads a prompt: the embedding, linear attention, a GPT, and classical solvers beside them."""

from ttsbook import tensors as tensors  # says what is missing without PyTorch
