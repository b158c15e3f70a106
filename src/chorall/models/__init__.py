"""Estimators over tables."""
