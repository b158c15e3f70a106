# Fine-Gray models: Rscript fine_gray.R > fine_gray.csv
# crr: coefficients, covariance and predictions; with censoring groups its covariance is another one.
# finegray with coxph: strata and delayed entry, on times without ties (the two packages break ties
# between events and censoring differently); covariance with the weights taken as known.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
source("sample.R")
write_versions("survival", "cmprsk")
patients <- make_sample()
untied <- patients
untied$time <- untied$time + seq_len(nrow(untied)) / 1000
untied$id <- seq_len(nrow(untied))
untied$kind <- factor(untied$cause, 0:2)
columns <- c("x1", "x2", "x3")
x <- as.matrix(patients[columns])

describe_fit <- function(case, kind, estimate, covariance, log_likelihood) {
  data.frame(
    case = case, cause_of_interest = kind, column = seq_along(estimate) - 1, time = NA,
    estimate = as.numeric(estimate), covariance_0 = covariance[, 1],
    covariance_1 = covariance[, 2], covariance_2 = covariance[, 3],
    log_likelihood_null = log_likelihood[1], log_likelihood = log_likelihood[2]
  )
}

fit_crr <- function(case, kind, ...) {
  fit <- crr(patients$time, patients$cause, x, failcode = kind, gtol = 1e-15, maxiter = 100, ...)
  rows <- describe_fit(case, kind, fit$coef, fit$var, c(fit$loglik.null, fit$loglik))
  curves <- predict(fit, x[1:3, ])
  for (row in 1:3) rows <- rbind(rows, data.frame(
    case = paste0(case, "_predicted"), cause_of_interest = kind, column = row - 1,
    time = curves[, 1], estimate = curves[, row + 1], covariance_0 = NA, covariance_1 = NA,
    covariance_2 = NA, log_likelihood_null = NA, log_likelihood = NA
  ))
  rows
}

fit_finegray <- function(case, kind) {
  delayed <- grepl("entry", case)
  response <- if (delayed) "Surv(entry_time, time, kind)" else "Surv(time, kind)"
  weighing <- if (grepl("strata", case)) "+ strata(stratum)" else ""
  baseline <- if (grepl("strata", case)) "+ strata(stratum)" else ""
  keep <- c(columns, "entry_time", "time", "kind", "id", "stratum", "cluster")
  data <- untied[keep]
  data$unit <- if (grepl("cluster", case)) data$cluster else data$id
  data$layer <- data$stratum
  formula <- as.formula(paste(response, "~ x1 + x2 + x3 + id + unit + layer", weighing))
  expanded <- if (delayed) finegray(formula, data, etype = kind, id = id) else
    finegray(formula, data, etype = kind)
  model <- as.formula(paste(
    "Surv(fgstart, fgstop, fgstatus) ~ x1 + x2 + x3", sub("stratum", "layer", baseline)
  ))
  fit <- coxph(model, expanded, weights = fgwt, ties = "breslow", cluster = unit,
    control = coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15, timefix = FALSE))
  describe_fit(case, kind, coef(fit), vcov(fit), fit$loglik)
}

rows <- NULL
for (kind in 1:2) {
  rows <- rbind(rows, fit_crr("crr", kind), fit_crr("crr_groups", kind, cengroup = patients$stratum))
  for (case in c("untied", "strata", "entry", "entry_strata", "cluster", "entry_cluster"))
    rows <- rbind(rows, fit_finegray(case, kind))
}
write_rows(rows)
