# Rubin's rules written out from Barnard and Rubin (1999), as mice::pool.scalar does (mice is not
# needed): Rscript imputations.R > imputations.csv
source("sample.R")
write_versions("stats")
fits <- list(
  first = list(q = c(0.52, 0.61, 0.44, 0.58, 0.49), s = c(0.21, 0.2, 0.23, 0.22, 0.2)),
  second = list(q = c(-1.2, 0.4, -0.3), s = c(0.5, 0.6, 0.4))
)
rows <- NULL
for (case in names(fits)) for (complete in c(Inf, 40)) {
  q <- fits[[case]]$q
  m <- length(q)
  within <- mean(fits[[case]]$s^2)
  total <- within + (1 + 1 / m) * var(q)
  lambda <- (1 + 1 / m) * var(q) / total
  old <- (m - 1) / lambda^2
  observed <- (complete + 1) / (complete + 3) * complete * (1 - lambda)
  df <- if (is.finite(complete)) old * observed / (old + observed) else old
  r <- (1 + 1 / m) * var(q) / within
  half <- qt(0.975, df) * sqrt(total)
  rows <- rbind(rows, data.frame(
    case, complete, estimate = mean(q), standard_error = sqrt(total), degrees_of_freedom = df,
    lower = mean(q) - half, upper = mean(q) + half, p_value = 2 * pt(-abs(mean(q)) / sqrt(total), df),
    missing_fraction = (r + 2 / (df + 3)) / (r + 1)
  ))
}
write_rows(rows)
