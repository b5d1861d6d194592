"""What the stored runs of an experiment say, in the form that chapters and claims need; without PyTorch.

Each module reads the results of the experiment of its name.
"""
