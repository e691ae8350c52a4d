"""Benchmarks; each file runs alone and prints ratios against something outside the project."""
