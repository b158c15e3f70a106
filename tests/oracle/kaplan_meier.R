# Kaplan-Meier of the patients: Rscript kaplan_meier.R > kaplan_meier.csv
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()

fit_curve <- function(case, scale, level) {
  entry <- case %in% c("entry", "entry_weights")
  weights <- if (case %in% c("weights", "entry_weights")) patients$weights else rep(1, nrow(patients))
  response <- if (entry) with(patients, Surv(entry_time, time, event)) else with(patients, Surv(time, event))
  survfit(response ~ 1, weights = weights, conf.type = scale, conf.int = level, robust = FALSE)
}

rows <- NULL
settings <- list(c("plain", "0.95"), c("log", "0.95"), c("log-log", "0.95"), c("log-log", "0.8"))
for (case in c("all", "weights", "entry", "entry_weights")) for (setting in settings) {
  fit <- fit_curve(case, setting[1], as.numeric(setting[2]))
  table <- summary(fit, times = fit$time)
  median <- quantile(fit, 0.5)
  quarter <- quantile(fit, 0.25)
  rows <- rbind(rows, data.frame(
    case = case, conf_type = setting[1], conf_level = as.numeric(setting[2]),
    time = fit$time, n_at_risk = fit$n.risk, n_events = fit$n.event, n_censored = fit$n.censor,
    survival = fit$surv, standard_error = fit$std.err * fit$surv, lower = fit$lower, upper = fit$upper,
    median = as.numeric(median$quantile), median_lower = as.numeric(median$lower),
    median_upper = as.numeric(median$upper), quarter = as.numeric(quarter$quantile),
    quarter_lower = as.numeric(quarter$lower), quarter_upper = as.numeric(quarter$upper)
  ))
}
write_rows(rows)
