# Cox models, stopped where rounding stops them: Rscript cox.R > cox.csv
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()
control <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)
cases <- list(
  plain = Surv(time, event) ~ x1 + x2 + x3,
  strata = Surv(time, event) ~ x1 + x2 + x3 + strata(stratum),
  entry = Surv(entry_time, time, event) ~ x1 + x2 + x3,
  entry_strata = Surv(entry_time, time, event) ~ x1 + x2 + x3 + strata(stratum),
  ridge = Surv(time, event) ~ ridge(x1, x2, x3, theta = 2, scale = FALSE) + strata(stratum)
)

rows <- NULL
for (name in names(cases)) for (ties in c("efron", "breslow")) {
  for (weighted in c(FALSE, TRUE)) for (clustered in c(FALSE, TRUE)) {
    if (name == "ridge" && (weighted || clustered)) next
    # by itself R turns robust as soon as a weight is not whole
    arguments <- list(cases[[name]], data = patients, ties = ties, control = control, robust = clustered)
    if (weighted) arguments$weights <- patients$weights
    if (clustered) arguments$cluster <- patients$cluster
    fit <- do.call(coxph, arguments)
    covariance <- vcov(fit)
    penalised <- name == "ridge"
    log_likelihood <- fit$loglik
    rows <- rbind(rows, data.frame(
      case = name, ties = ties, weighted = weighted, clustered = clustered, column = 0:2,
      log_hazard_ratio = as.numeric(coef(fit)), standard_error = as.numeric(sqrt(diag(covariance))),
      covariance_0 = covariance[, 1], covariance_1 = covariance[, 2], covariance_2 = covariance[, 3],
      log_likelihood_null = log_likelihood[1], log_likelihood = log_likelihood[2],
      score = if (penalised) NA else fit$score, wald = if (penalised) NA else as.numeric(fit$wald.test)
    ))
  }
}
write_rows(rows)
