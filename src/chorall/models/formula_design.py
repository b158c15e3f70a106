"""The design matrix of a formula: terms, interactions and splines, also for new patients."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chorall.errors import InputError, raise_gathered
from chorall.models.design_matrix import (
    LOG2_OFFSET,
    DesignColumn,
    DesignMatrix,
    rank_levels,
)
from chorall.models.splines import ns, rcs

FUNCTIONS: Final = ("ns", "rcs", "log", "log2", "sqrt")


@dataclass(frozen=True, slots=True)
class FormulaDesign:
    """A formula with what was learnt from a frame: levels, references and knots.

    Attributes
    ----------
    formula : str
        As given.
    design : DesignMatrix
        The covariates of the frame.
    levels : dict of str to list of str
        Levels of each categorical column, the reference first.
    """

    formula: str
    design: DesignMatrix
    levels: dict[str, list[str]]
    _spec: Any

    def apply(self, frame: pl.DataFrame) -> DesignMatrix:
        """Return the covariates of other patients, with the levels and knots of the first.

        Parameters
        ----------
        frame : DataFrame, n rows
            Has every column of the formula; null is missing.

        Returns
        -------
        DesignMatrix
            The same columns.

        Raises
        ------
        InputError
            If the frame lacks a column, or holds a level that the first frame did not.
        """
        names = sorted(self._spec.required_variables)
        check_names(frame, names)
        unknown = [
            f"`{name}`: {', '.join(sorted(extra))}"
            for name, levels in self.levels.items()
            if (extra := set(frame[name].drop_nulls().cast(pl.String).unique()) - set(levels))
        ]
        raise_gathered(
            InputError, "levels that the model has not seen", unknown, "Give known levels only."
        )
        return code_frame(self._spec, frame, names, self.levels)


def build_formula_design(frame: pl.DataFrame, formula: str) -> FormulaDesign:
    """Code the right-hand side of a formula as numbers.

    Parameters
    ----------
    frame : DataFrame, n rows
        Has a column for every name of the formula; null is missing.
    formula : str
        Such as ``"sex * ns(age_years, df=3) + log2(wbc)"``: names of columns, joined by ``+``,
        ``:``, ``*`` and the other signs of R's formulas, and the functions ``ns(x, df)`` or
        ``ns(x, knots=[...])``, ``rcs(x, k)`` or ``rcs(x, knots=[...])``, ``log``, ``sqrt`` and
        ``log2``, which adds 0.1 as `Term` does. Nothing else is evaluated.

    Returns
    -------
    FormulaDesign
        Its `design` has no intercept, which a hazard model has in its baseline. Text is treatment
        coded, the most frequent level being the reference (of equally frequent ones the first in
        the alphabet); booleans are 0 and 1. A row with a missing covariate is NaN throughout.

    Raises
    ------
    InputError
        If the formula cannot be read, calls another function, or the frame lacks a column.

    See Also
    --------
    chorall.models.design_matrix.build_design : A list of terms, without a formula.

    Notes
    -----
    R: ``model.matrix(~ formula)`` with ``splines::ns`` and ``rms::rcs``. `ns` and `rcs` with the
    same knots span the same curves; default knots of `rcs` are Harrell's quantiles (rms moves the
    outer ones when values are few or tied).
    """
    # imported late: with what it needs it takes longer than all the rest
    formulaic = import_module("formulaic")
    try:
        parsed = formulaic.Formula(formula)
        factors = {f.expr: f.eval_method.value for term in parsed for f in term.factors}
    except (formulaic.errors.FormulaicError, TypeError, AttributeError) as error:
        raise InputError(f"the formula {formula!r} cannot be read ({error}).") from error
    bad = [f"`{x}`" for x, method in factors.items() if method == "python" and not is_allowed(x)]
    advice = f"Use names of columns and the functions {', '.join(FUNCTIONS)}."
    raise_gathered(InputError, "the formula has parts that are not evaluated", bad, advice)
    spec = formulaic.ModelSpec(parsed, na_action="drop", ensure_full_rank=True)
    names = sorted(parsed.required_variables - set(FUNCTIONS))
    check_names(frame, names)
    kinds = (pl.String, pl.Categorical, pl.Enum)
    levels = {name: rank_levels(frame[name]) for name in names if frame[name].dtype in kinds}
    learnt: list[Any] = []
    design = code_frame(spec, frame, names, levels, learnt)
    return FormulaDesign(formula, design, levels, learnt[0])


def is_allowed(expression: str) -> bool:
    """Tell whether an expression is a call of a known function on columns and plain numbers."""
    try:
        call = ast.parse(expression, mode="eval").body
    except SyntaxError:
        return False
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return False
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    known = call.func.id in FUNCTIONS and all(k.arg != "_state" for k in call.keywords)
    return known and all(is_plain(argument) for argument in arguments)


def is_plain(node: ast.expr) -> bool:
    """Tell whether a node is a name, a number, or a list of numbers."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.List):
        return all(is_plain(item) for item in node.elts)
    return isinstance(node, ast.Name | ast.Constant)


def check_names(frame: pl.DataFrame, names: list[str]) -> None:
    """Raise unless the frame has the columns of the formula."""
    lacking = [f"`{name}`" for name in names if name not in frame.columns]
    advice = f"The frame has: {', '.join(frame.columns)}"
    raise_gathered(InputError, "the frame lacks columns of the formula", lacking, advice)


def code_frame(
    spec: Any,
    frame: pl.DataFrame,
    names: list[str],
    levels: dict[str, list[str]],
    learnt: list[Any] | None = None,
) -> DesignMatrix:
    """Return the covariates of the rows without a missing one; what was learnt is appended."""
    pandas = import_module("pandas")
    known = ~frame.select(pl.any_horizontal(pl.col(names).is_null())).to_series().to_numpy()
    complete = frame.filter(known)
    data = {
        name: pandas.Categorical(complete[name].cast(pl.String).to_list(), categories=levels[name])
        if name in levels
        else complete[name].cast(pl.Float64).to_numpy()
        for name in names
    }
    if not complete.height:
        raise InputError("no row of the frame has all covariates of the formula.")
    matrix = evaluate(spec, pandas.DataFrame(data))
    if learnt is not None:
        learnt.append(matrix.model_spec)
    columns, positions = describe_columns(matrix.model_spec, levels)
    values = np.full((frame.height, len(columns)), np.nan)
    values[known] = np.asarray(matrix, dtype=np.float64)[:, positions]
    missing = {name: frame[name].null_count() for name in names}
    return DesignMatrix(columns, values, missing)


def evaluate(spec: Any, data: Any) -> Any:
    """Return the model matrix of a pandas frame; what our own functions refuse is said as it is."""
    errors = import_module("formulaic.errors")
    try:
        return spec.get_model_matrix(data, context=list_functions())
    except errors.FactorEvaluationError as error:
        cause = error.__cause__
        if isinstance(cause, InputError):
            raise cause from None
        # the text of another error may hold values of patients
        kind = type(cause).__name__
        raise InputError(f"a part of the formula cannot be computed ({kind}).") from None


def list_functions() -> dict[str, Any]:
    """Return what a formula may call."""
    stateful = import_module("formulaic.transforms").stateful_transform
    return {
        "ns": stateful(ns), "rcs": stateful(rcs), "log": take_log, "sqrt": take_root,
        "log2": take_log2_with_offset,
    }  # fmt: skip


def take_log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the natural logarithm of positive numbers."""
    if not (x > 0).all():
        raise InputError("`log` in the formula meets numbers that are not above 0; use `log2`.")
    return np.asarray(np.log(x), dtype=np.float64)


def take_root(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the square root of numbers that are not negative."""
    if not (x >= 0).all():
        raise InputError("`sqrt` in the formula meets negative numbers.")
    return np.asarray(np.sqrt(x), dtype=np.float64)


def take_log2_with_offset(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log2(x + 0.1), as `Term` codes it."""
    if not (x >= 0).all():
        raise InputError("`log2` in the formula meets negative numbers.")
    return np.asarray(np.log2(x + LOG2_OFFSET), dtype=np.float64)


def describe_columns(
    spec: Any, levels: dict[str, list[str]]
) -> tuple[tuple[DesignColumn, ...], list[int]]:
    """Return what each column but the intercept is, and its place in the matrix."""
    columns, positions, place = [], [], 0
    for part in spec.structure:
        for name in part.columns:
            if name != "Intercept":
                columns.append(describe_column(name, str(part.term), levels))
                positions.append(place)
            place += 1
    return tuple(columns), positions


def describe_column(name: str, term: str, levels: dict[str, list[str]]) -> DesignColumn:
    """Name one column as `build_design` does: `sex: male` for a level of a plain term."""
    if term not in levels:
        return DesignColumn(name, term)
    level = name.removeprefix(f"{term}[").removesuffix("]").removeprefix("T.")
    return DesignColumn(f"{term}: {level}", term, level, levels[term][0])
