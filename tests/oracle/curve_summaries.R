# What is read from one curve: Rscript curve_summaries.R > curve_summaries.csv
# Nelson-Aalen, restricted mean, survival given a landmark, median follow-up.
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()

describe <- function(quantity, case, at, estimate, standard_error, lower = NA, upper = NA) {
  data.frame(quantity, case, at, estimate, standard_error, lower, upper)
}
rows <- NULL
for (case in c("all", "weights", "entry", "entry_weights")) {
  weights <- if (grepl("weights", case)) patients$weights else rep(1, nrow(patients))
  response <- if (grepl("entry", case)) with(patients, Surv(entry_time, time, event)) else
    with(patients, Surv(time, event))
  fit <- survfit(response ~ 1, weights = weights, robust = FALSE, conf.type = "log-log")
  rows <- rbind(rows, describe("nelson_aalen", case, fit$time, fit$cumhaz, fit$std.chaz))
  for (horizon in c(5, 10, 17.5, 25)) {
    table <- summary(fit, rmean = horizon)$table
    rows <- rbind(rows, describe("restricted_mean", case, horizon, table["rmean"], table["se(rmean)"]))
  }
  late <- survfit(
    response ~ 1, weights = weights, robust = FALSE, conf.type = "log-log", start.time = 6.5
  )
  rows <- rbind(rows, describe(
    "conditional", case, late$time, late$surv, late$std.err * late$surv, late$lower, late$upper
  ))
}
reverse <- survfit(Surv(time, 1 - event) ~ 1, patients, conf.type = "log-log")
median <- quantile(reverse, 0.5)
rows <- rbind(rows, describe(
  "follow_up", "all", 0, median$quantile, NA, median$lower, median$upper
))
write_rows(rows)
