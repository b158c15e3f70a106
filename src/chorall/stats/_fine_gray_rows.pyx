# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The sorted rows of a Fine-Gray model."""


cdef class Rows:
    """Views of the rows, steps and cells of sorted data (see FineGrayData)."""

    def __init__(self, data):
        self.kind, self.time = data.kind, data.time
        self.entry_time, self.entry_order = data.entry_time, data.entry_order
        self.cell, self.stratum_bounds, self.cell_bounds = (
            data.cell, data.stratum_bounds, data.cell_bounds
        )
        self.exit_weight, self.step_weight = data.exit_weight, data.step_weight
        self.step_row, self.step_bounds, self.weight_row = (
            data.step_row, data.step_bounds, data.weight_row
        )
        self.entry_step, self.exit_step, self.cell_group = (
            data.entry_step, data.exit_step, data.cell_group
        )
        self.delayed = data.entry_time.shape[0] > 0
