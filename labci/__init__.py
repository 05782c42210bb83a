"""labci: a git repository of question-and-answer files, turned into a released language model."""

__version__ = "0.1.0"
