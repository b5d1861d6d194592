"""Training data and test-time scaling: the package behind the book.

One file holds one idea. Import the module that names it::

    from ttsbook import covariance, theory

`covariance`, `tasks`, `theory`, `spectra`, `pools`, `selection`, `plotting` and most widgets need NumPy,
SciPy and Matplotlib, and compute in float64. What trains, draws prompts or runs a model needs PyTorch, too:
``pip install ttsbook[models]``.
"""

__version__ = "0.1.0"
