# ruff: noqa: E501, RUF001  (wide tables; laboratories write such signs)
"""What laboratories write of residual disease and what it means: read by the tests and the docs.

`-` stands for nothing: no value, no unit. `refused` is one word of docs/mrd.md.
"""

from __future__ import annotations

READ = """
text                       | unit     | category                  | fraction | limit  | sensitivity | method    | missing
<1e-4                      | fraction | below_limit               | -        | 0.0001 | 0.0001      | -         | -
<1e-4                      | -        | below_limit               | -        | 0.0001 | 0.0001      | -         | -
<10^-4                     | -        | below_limit               | -        | 0.0001 | 0.0001      | -         | -
< 0,01 %                   | -        | below_limit               | -        | 0.0001 | 0.0001      | -         | -
<0,01 %                    | percent  | below_limit               | -        | 0.0001 | 0.0001      | -         | -
<0.01                      | percent  | below_limit               | -        | 0.0001 | 0.0001      | -         | -
<1e-4 (sens 1e-5)          | fraction | below_limit               | -        | 0.0001 | 1e-05       | -         | -
0.01%                      | -        | quantified                | 0.0001   | -      | -           | -         | -
0.01%                      | fraction | quantified                | 0.0001   | -      | -           | -         | -
0.01                       | percent  | quantified                | 0.0001   | -      | -           | -         | -
0.01                       | fraction | quantified                | 0.01     | -      | -           | -         | -
0,05                       | percent  | quantified                | 0.0005   | -      | -           | -         | -
100                        | percent  | quantified                | 1.0      | -      | -           | -         | -
5x10-3                     | -        | quantified                | 0.005    | -      | -           | -         | -
5×10^-3                    | -        | quantified                | 0.005    | -      | -           | -         | -
5 × 10⁻³                   | -        | quantified                | 0.005    | -      | -           | -         | -
5*10E-3                    | -        | quantified                | 0.005    | -      | -           | -         | -
2,5·10−4                   | -        | quantified                | 0.00025  | -      | -           | -         | -
10-4                       | -        | quantified                | 0.0001   | -      | -           | -         | -
1.2E-04                    | fraction | quantified                | 0.00012  | -      | -           | -         | -
1.2E-04                    | percent  | quantified                | 1.2e-06  | -      | -           | -         | -
pos 5x10-3                 | -        | quantified                | 0.005    | -      | -           | -         | -
MRD: 5x10-3 (RQ-PCR)       | -        | quantified                | 0.005    | -      | -           | Ig/TR PCR | -
0.3 % by flow              | -        | quantified                | 0.003    | -      | -           | flow      | -
0                          | -        | undetected                | -        | -      | -           | -         | -
0.00                       | percent  | undetected                | -        | -      | -           | -         | -
0 (sens 1e-5)              | -        | undetected                | -        | -      | 1e-05       | -         | -
neg                        | -        | undetected                | -        | -      | -           | -         | -
NEG.                       | -        | undetected                | -        | -      | -           | -         | -
negativ                    | -        | undetected                | -        | -      | -           | -         | -
MRD-                       | -        | undetected                | -        | -      | -           | -         | -
MRD neg                    | -        | undetected                | -        | -      | -           | -         | -
undetectable               | -        | undetected                | -        | -      | -           | -         | -
neg (sens 1E-5)            | -        | undetected                | -        | -      | 1e-05       | -         | -
neg (sens 1E-5)            | percent  | undetected                | -        | -      | 1e-05       | -         | -
neg, sensitivity: 0,01 %   | -        | undetected                | -        | -      | 0.0001      | -         | -
neg (LOD 10^-4) NGS        | -        | undetected                | -        | -      | 0.0001      | NGS       | -
negative (<1e-4)           | -        | undetected                | -        | -      | 0.0001      | -         | -
FCM neg                    | -        | undetected                | -        | -      | -           | flow      | -
pos nq                     | -        | detected_not_quantifiable | -        | -      | -           | -         | -
pos. n.q.                  | -        | detected_not_quantifiable | -        | -      | -           | -         | -
PNQ (sens 1e-5)            | -        | detected_not_quantifiable | -        | -      | 1e-05       | -         | -
positive, not quantifiable | -        | detected_not_quantifiable | -        | -      | -           | -         | -
positive <1e-4             | -        | detected_not_quantifiable | -        | 0.0001 | -           | -         | -
pos nq <10-4               | -        | detected_not_quantifiable | -        | 0.0001 | -           | -         | -
failed                     | -        | -                         | -        | -      | -           | -         | failed
PCR failed                 | -        | -                         | -        | -      | -           | PCR       | failed
indeterminate              | -        | -                         | -        | -      | -           | -         | failed
insufficient               | -        | -                         | -        | -      | -           | -         | insufficient
QNS                        | -        | -                         | -        | -      | -           | -         | insufficient
not done                   | -        | -                         | -        | -      | -           | -         | not_done
no marker                  | -        | -                         | -        | -      | -           | -         | not_applicable
"""

REFUSED = """
text               | unit     | refused          | why
n.d.               | -        | ambiguous_word   | not detected or not done?
positive           | -        | ambiguous_word   | a number that was not sent, or not quantifiable?
+                  | -        | ambiguous_word   | the same
not quantifiable   | -        | ambiguous_word   | found, or a failed test?
0.01               | -        | no_unit          | 0.01 percent is one hundredth of 0.01
<0.01              | -        | no_unit          | the same
1.2E-04            | -        | no_unit          | a spreadsheet writes percentages so as well
<1e-4              | percent  | ambiguous_unit   | a fraction by its look, a percentage by its column
5x10-3             | percent  | ambiguous_unit   | the same
10E-4              | fraction | ambiguous_number | 0.001 to a computer, 0.0001 to most people
neg 5x10-3         | -        | contradiction    | negative with a number
pos 0              | -        | contradiction    | positive with zero
neg PCR, flow      | -        | contradiction    | two methods
150 %              | -        | out_of_range     | more than all cells
2                  | fraction | out_of_range     | the same
<10^-12            | -        | out_of_range     | no assay sees so few cells
neg (sens 0)       | -        | out_of_range     | no assay sees nothing
1.234,5 %          | -        | unreadable       | two decimal marks
≤1e-4              | -        | unreadable       | whether 1e-4 itself is meant decides a class
>1e-2              | -        | unreadable       | no upper end
5 10-3             | -        | unreadable       | a sign is missing
less than 1 in 10k | -        | unreadable       | words
see letter         | -        | unreadable       | no result
"""
