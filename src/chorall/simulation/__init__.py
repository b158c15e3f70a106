"""A consortium with a known truth, delivered as real groups deliver."""

from chorall.simulation.consortium import SimulatedConsortium, simulate

__all__ = ["SimulatedConsortium", "simulate"]
