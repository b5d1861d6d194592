"""The experiment `words`: what is planned, the traces, the model, its training and its forced thinking."""
