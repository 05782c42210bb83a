"""Writes the training rows of the specialist teacher from patterns with typed slots."""
