"""What the stored runs of an experiment say, in the form that chapters and claims need.

Each module reads the results of the experiment of its name. PyTorch is imported only where pools are drawn again.
"""
