# Small made-up patients for every oracle: drawn by a linear congruential generator written out
# here, so that no R version changes them. Many ties, two causes, delayed entry, weights.
draw <- function(n, seed) {
  value <- numeric(n)
  for (i in seq_len(n)) {
    seed <- (seed * 16807) %% 2147483647
    value[i] <- seed / 2147483647
  }
  value
}

make_sample <- function(n = 120) {
  u <- matrix(draw(n * 9, 20240229), n)
  x1 <- as.numeric(u[, 1] < 0.4)
  x2 <- round(4 * u[, 2] - 2, 2)
  x3 <- as.numeric(u[, 3] < 0.15)
  stratum <- c("north", "south", "west")[1 + floor(3 * u[, 4])]
  event_time <- ceiling(-log(u[, 5]) * 14 * exp(-0.5 * x1 - 0.3 * x2 - 0.8 * x3))
  censoring <- ceiling(30 * u[, 6])
  time <- pmin(event_time, censoring)
  event <- as.integer(event_time <= censoring)
  cause <- event * (1L + (u[, 7] < 0.35 + 0.2 * x1))
  entry_time <- pmin(floor(time * 0.9 * u[, 8]), time - 1)
  weights <- c(0.5, 1, 1.5, 2)[1 + floor(4 * u[, 9])]
  group <- c("A", "B", "C")[1 + (x1 == 1) + (x3 == 1)]
  cluster <- rep(seq_len(n / 4), length.out = n)
  data.frame(x1, x2, x3, stratum, group, cluster, entry_time, time, event, cause, weights)
}

write_rows <- function(rows) {
  numeric_columns <- sapply(rows, is.numeric)
  rows[numeric_columns] <- lapply(rows[numeric_columns], function(column) {
    ifelse(is.na(column), "", sprintf("%.17g", column))
  })
  write.csv(rows, row.names = FALSE, quote = FALSE)
}

write_versions <- function(...) {
  packages <- c(...)
  versions <- sapply(packages, function(package) paste(package, packageVersion(package)))
  cat("#", paste(R.version.string, paste(versions, collapse = ", "), sep = "; "), "\n")
}
