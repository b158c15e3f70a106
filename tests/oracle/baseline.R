# The baseline table: quartiles, and standardised differences by their definition.
# Rscript baseline.R > baseline.csv
source("sample.R")
write_versions("stats")

patients <- make_sample()
rows <- list()
note <- function(what, group, value) {
  rows[[length(rows) + 1]] <<- data.frame(what, group, value)
}
for (g in sort(unique(patients$group))) {
  chosen <- patients$time[patients$group == g]
  for (p in c(0.25, 0.5, 0.75)) note(paste0("quantile_", p), g, quantile(chosen, p, type = 7))
}
apart <- function(first, second) {
  abs(mean(first) - mean(second)) / sqrt((var(first) + var(second)) / 2)
}
multinomial <- function(p) diag(p, nrow = length(p)) - outer(p, p)
shares <- function(first, second, levels) {
  p <- as.vector(table(factor(first, levels))) / length(first)
  q <- as.vector(table(factor(second, levels))) / length(second)
  middle <- (multinomial(p[-1]) + multinomial(q[-1])) / 2
  sqrt(mahalanobis(p[-1], q[-1], middle))
}
groups <- sort(unique(patients$group))
for (pair in combn(groups, 2, simplify = FALSE)) {
  label <- paste(pair, collapse = " and ")
  a <- patients[patients$group == pair[1], ]
  b <- patients[patients$group == pair[2], ]
  note("time", label, apart(a$time, b$time))
  note("event", label, shares(a$event, b$event, 0:1))
  note("cause", label, shares(a$cause, b$cause, sort(unique(patients$cause))))
  note("stratum", label, shares(a$stratum, b$stratum, sort(unique(patients$stratum))))
}
write_rows(do.call(rbind, rows))
