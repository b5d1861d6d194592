"""What reads a prompt: the embedding, linear attention, a GPT, and classical solvers beside them."""
