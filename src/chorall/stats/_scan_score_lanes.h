/* Score sums of markers tested in the same patients, SCAN_WIDTH lanes at a time; read once for
 * each width.
 *
 * At the fit of the covariates alone everything but the marker is the same in all lanes. What is
 * linear in the marker is a weighted sum of its values; only its own variance needs the risk sets.
 */

/* rows are read in the order of time, which the machine cannot guess */
#define AHEAD 24
#define add_linear SCAN_NAME(add_linear)
#define score_part SCAN_NAME(score_part)

INLINE void add_linear(lanes *linear, const double *weights, lanes marker, int n_weights)
{
    UNROLL
    for (int j = 0; j < n_weights; j++)
        linear[j] += weights[j] * marker;
}

INLINE void score_part(const scan_layout *layout, const scan_score *score, const double *values,
                       double *sums, int n_weights)
{
    lanes linear[SCAN_MAX_COLUMNS + 1], squares = fill(0.0);
    for (int j = 0; j < n_weights; j++)
        linear[j] = fill(0.0);
    for (ptrdiff_t stratum = 0; stratum < layout->n_strata; stratum++) {
        ptrdiff_t row = layout->stratum_rows[stratum];
        lanes at_risk = fill(0.0);
        for (ptrdiff_t time = layout->stratum_times[stratum];
             time < layout->stratum_times[stratum + 1]; time++) {
            const double *terms = score->tie_terms + 3 * time;
            lanes tied = fill(0.0);
            for (; row < layout->end[time]; row++) {
                if (row + AHEAD < layout->n_rows)
                    SCAN_PREFETCH((const char *)(values + layout->order[row + AHEAD] * SCAN_LANES));
                const lanes value = load(values, layout->order[row]);
                const lanes marker = keep_where(value == value, value);
                const lanes part = score->risk[row] * marker;
                at_risk += part;
                if (row >= layout->first_event[time])
                    tied += part;
                squares += score->expected[row] * marker * marker;
                add_linear(linear, score->weights + row * n_weights, marker, n_weights);
            }
            squares -= (terms[0] * at_risk - 2.0 * terms[1] * tied) * at_risk;
            squares -= terms[2] * tied * tied;
        }
    }
    store(sums, 0, squares);
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
