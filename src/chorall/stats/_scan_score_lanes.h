/* Score sums of markers tested in the same patients, SCAN_WIDTH lanes at a time; read once for
 * each width.
 *
 * At the fit of the covariates alone everything but the marker is the same in all lanes. What is
 * linear in the marker is a weighted sum of its values; only its own variance needs the risk sets.
 * Nearly no branch depends on the patients: a wrong guess would cost as much as a row.
 */

/* rows are read in the order of time, which the machine cannot guess */
#define AHEAD 24
#define add_linear SCAN_NAME(add_linear)
#define read_marker SCAN_NAME(read_marker)
#define close_ties SCAN_NAME(close_ties)
#define score_part SCAN_NAME(score_part)

INLINE void add_linear(lanes *linear, const double *weights, lanes marker, int n_weights)
{
    UNROLL
    for (int j = 0; j < n_weights; j++)
        linear[j] += weights[j] * marker;
}

INLINE lanes read_marker(const scan_layout *layout, const double *values, ptrdiff_t row)
{
    const lanes value = load(values, layout->order[row]);
    return keep_where(value == value, value);
}

/* What several events at one time change, after the row of the last of them. */
INLINE lanes close_ties(const scan_layout *layout, const scan_score *score, const double *values,
                        ptrdiff_t tie, lanes at_risk, int n_terms)
{
    const ptrdiff_t *rows = score->tied_rows + 2 * tie;
    const double *terms = score->tie_terms + 2 * tie;
    lanes tied = fill(0.0);
    for (ptrdiff_t row = rows[0]; row <= rows[1]; row++)
        tied += score->terms[row * n_terms] * read_marker(layout, values, row);
    return (2.0 * terms[0] * at_risk - terms[1] * tied) * tied;
}

INLINE void score_part(const scan_layout *layout, const scan_score *score, const double *values,
                       double *sums, int n_weights)
{
    const int n_terms = 3 + n_weights;
    lanes linear[SCAN_MAX_COLUMNS + 1], squares = fill(0.0), means = fill(0.0);
    ptrdiff_t tie = 0;
    for (int j = 0; j < n_weights; j++)
        linear[j] = fill(0.0);
    for (ptrdiff_t stratum = 0; stratum < layout->n_strata; stratum++) {
        const ptrdiff_t last_time = layout->stratum_times[stratum + 1] - 1;
        lanes at_risk = fill(0.0);
        if (last_time < layout->stratum_times[stratum])
            continue;
        for (ptrdiff_t row = layout->stratum_rows[stratum]; row < layout->end[last_time]; row++) {
            const double *terms = score->terms + row * n_terms;
            if (row + AHEAD < layout->n_rows)
                SCAN_PREFETCH((const char *)(values + layout->order[row + AHEAD] * SCAN_LANES));
            const lanes marker = read_marker(layout, values, row);
            at_risk += terms[0] * marker;
            squares += (terms[1] * marker) * marker;
            means += (terms[2] * at_risk) * at_risk;
            add_linear(linear, terms + 3, marker, n_weights);
            if (row == score->tied_rows[2 * tie + 1])
                squares += close_ties(layout, score, values, tie++, at_risk, n_terms);
        }
    }
    store(sums, 0, squares - means);
    for (int j = 0; j < n_weights; j++)
        store(sums, j + 1, linear[j]);
}

#define SCORE_CASE(n_weights)                                          \
    case n_weights:                                                    \
        score_part(layout, score, values + lane, sums + lane, n_weights); \
        break;

static void SCAN_NAME(score)(const scan_layout *layout, const scan_score *score,
                             const double *values, double *sums)
{
    for (int lane = 0; lane < SCAN_LANES; lane += SCAN_WIDTH)
        switch (layout->n_covariates + 1) {
            SCORE_CASE(1)
            SCORE_CASE(2)
            SCORE_CASE(3)
            SCORE_CASE(4)
            SCORE_CASE(5)
            SCORE_CASE(6)
        default:
            score_part(layout, score, values + lane, sums + lane,
                       (int)layout->n_covariates + 1);
        }
}
