"""The knowledge bank of a pool: fit, predict, validate."""

from chorall.analyses.bank.fit import fit_pool_bank as fit_bank
from chorall.analyses.bank.learning.learn import bank_learning
from chorall.analyses.bank.predict import predict_patient as predict
from chorall.analyses.bank.predict_table import predict_table
from chorall.analyses.bank.validate import validate_bank
from chorall.models.bank.bundle import read_bank, write_bank

__all__ = [
    "bank_learning",
    "fit_bank",
    "predict",
    "predict_table",
    "read_bank",
    "validate_bank",
    "write_bank",
]
