# Cumulative incidence of both causes, all patients and by group:
# Rscript cumulative_incidence.R > cumulative_incidence.csv
# cmprsk gives estimate and Aalen variance; survfit (rows "survfit") the estimate with delayed entry.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
source("sample.R")
write_versions("survival", "cmprsk")
patients <- make_sample()

rows <- NULL
for (subset in c("all", "A", "B", "C")) {
  chosen <- if (subset == "all") patients else patients[patients$group == subset, ]
  curves <- with(chosen, cuminc(time, cause))
  at <- timepoints(curves, sort(unique(chosen$time)))
  for (kind in 1:2) {
    keep <- !is.na(at$est[kind, ])
    rows <- rbind(rows, data.frame(
      source = "cmprsk", subset = subset, cause = kind, time = sort(unique(chosen$time))[keep],
      cumulative_incidence = at$est[kind, keep], standard_error = sqrt(at$var[kind, keep])
    ))
  }
}
id <- seq_len(nrow(patients))
# the infinitesimal jackknife, with and without weights and delayed entry
for (entry in c(FALSE, TRUE)) for (weighted in c(FALSE, TRUE)) {
  response <- with(patients, if (entry) Surv(entry_time, time, factor(cause, 0:2)) else Surv(time, factor(cause, 0:2)))
  fit <- survfit(response ~ 1, weights = if (weighted) patients$weights else rep(1, nrow(patients)), id = id)
  for (kind in 1:2) rows <- rbind(rows, data.frame(
    source = "jackknife", subset = paste0(if (entry) "entry" else "all", if (weighted) "_weights" else ""), cause = kind,
    time = fit$time, cumulative_incidence = fit$pstate[, kind + 1], standard_error = fit$std.err[, kind + 1]
  ))
}
fit <- survfit(Surv(entry_time, time, factor(cause, 0:2)) ~ 1, data = patients, id = id)
for (kind in 1:2) {
  rows <- rbind(rows, data.frame(
    source = "survfit", subset = "entry", cause = kind, time = fit$time,
    cumulative_incidence = fit$pstate[, kind + 1], standard_error = NA
  ))
}
write_rows(rows)
