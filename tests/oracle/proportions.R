# Proportions and adjusted p-values: Rscript proportions.R > proportions.csv
source("sample.R")
write_versions("stats")
rows <- NULL
for (n in c(1, 2, 10, 137)) for (events in unique(c(0, 1, floor(n / 3), n))) for (level in c(0.9, 0.95)) {
  wilson <- suppressWarnings(prop.test(events, n, conf.level = level, correct = FALSE))$conf.int
  exact <- binom.test(events, n, conf.level = level)$conf.int
  rows <- rbind(rows, data.frame(
    n_events = events, n = n, conf_level = level, wilson_lower = wilson[1], wilson_upper = wilson[2],
    exact_lower = exact[1], exact_upper = exact[2]
  ))
}
write_rows(rows)
