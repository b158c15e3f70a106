"""How strong a comparison of treatments can be: three grades, never mixed, always written down."""

from __future__ import annotations

from typing import Final

RANDOMISED: Final = "randomised"
"""Assigned arm, within one trial and question, by intention to treat, from randomisation."""

NATURAL: Final = "natural"
"""Decided by what neither patient nor physician chose: a donor in the family, a cut-off."""

OBSERVATIONAL: Final = "observational"
"""Treatment as received: the patients differ before it, and some had to live to receive it."""

GRADES: Final = (RANDOMISED, NATURAL, OBSERVATIONAL)
