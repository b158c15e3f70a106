# Thirty made-up markers for the patients of sample.R: rare to common, a few dosages and one
# measurement, each missing in its own patients (the first five in nobody, the next five alike).
source("sample.R")

make_markers <- function(n = 120, m = 30) {
  u <- matrix(draw(2 * n * m, 20240301), n)
  markers <- sapply(seq_len(m), function(j) {
    value <- as.numeric(u[, j] < 0.03 + 0.5 * ((j * 7) %% m) / m)
    if (j %% 10 == 4) value <- value + (u[, j] < 0.15)
    if (j == 29) value <- round(50 + 10 * (u[, j] - 0.5), 1)
    missing <- if (j <= 5) rep(FALSE, n) else u[, m + max(j, 10)] < 0.05 + 0.01 * j
    ifelse(missing, NA, value)
  })
  colnames(markers) <- paste0("marker_", seq_len(m) - 1)
  as.data.frame(markers)
}
