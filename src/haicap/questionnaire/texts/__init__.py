"""Sentences in the reader's language, one module for each place they are read."""
