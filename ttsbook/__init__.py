"""Training data and test-time scaling: the package behind the book.

One file holds one idea. Import the module that names it::

    from ttsbook import covariance, theory

`covariance`, `tasks`, `theory` and `selection` need NumPy and SciPy only and compute in float64.
`prompts` needs PyTorch; nothing else imports it.
"""

__version__ = "0.1.0"
