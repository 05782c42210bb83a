"""Torch helpers: open a model, build ids, tune, score, answer, merge. Heavy imports stay inside functions."""
