# Mantel-Haenszel without continuity correction: Rscript common_odds.R > common_odds.csv
source("sample.R")
write_versions("stats")
sample <- make_sample()
cases <- list(
  admissions = unclass(UCBAdmissions)[c("Admitted", "Rejected"), c("Male", "Female"), ],
  sample = unclass(table(sample$x1 == 0, sample$event == 0, sample$stratum)),
  one = array(c(3, 1, 2, 9), c(2, 2, 1))
)
rows <- NULL
for (case in names(cases)) {
  x <- cases[[case]]
  test <- if (dim(x)[3] > 1) mantelhaen.test(x, correct = FALSE) else NULL
  for (k in seq_len(dim(x)[3])) rows <- rbind(rows, data.frame(
    case, stratum = k, a = x[1, 1, k], b = x[1, 2, k], c = x[2, 1, k], d = x[2, 2, k],
    odds_ratio = if (is.null(test)) x[1, 1, k] * x[2, 2, k] / x[1, 2, k] / x[2, 1, k]
                 else unname(test$estimate),
    lower = if (is.null(test)) NA else test$conf.int[1],
    upper = if (is.null(test)) NA else test$conf.int[2],
    p_value = if (is.null(test)) NA else test$p.value
  ))
}
write_rows(rows)
