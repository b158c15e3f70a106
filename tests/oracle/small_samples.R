# Many small samples, nearly all of them tied: fifteen patients at five times, with delayed entry,
# strata, weights and clusters. Rscript small_samples.R > small_samples.csv
suppressPackageStartupMessages({library(survival); library(cmprsk)})
source("sample.R")
write_versions("survival", "cmprsk")
n_samples <- as.integer(Sys.getenv("N_SAMPLES", "6"))
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60)
rows <- NULL
keep <- function(sample, quantity, values) {
  values <- as.numeric(values)
  if (length(values)) rows <<- rbind(rows, data.frame(sample, quantity, place = seq_along(values) - 1, value = values))
}
# a fit that ran away, or stopped short, is no oracle
usable <- function(fit) !inherits(fit, "try-error") && all(is.finite(coef(fit))) && max(abs(coef(fit))) < 6
attempt <- function(expression) suppressWarnings(try(expression, silent = TRUE))

for (sample in seq_len(n_samples)) {
  n <- 15
  u <- matrix(draw(n * 9, 1000 + 37 * sample), n)
  time <- ceiling(5 * u[, 1]); cause <- floor(3 * u[, 2]); event <- as.integer(cause > 0)
  p <- data.frame(
    time, cause, event, entry = floor(time * 0.9 * u[, 3]), stratum = floor(2 * u[, 4]),
    w = c(0.5, 1, 2)[1 + floor(3 * u[, 5])], cluster = 1 + (seq_len(n) - 1) %/% 3,
    x1 = floor(2 * u[, 6]), x2 = round(4 * u[, 7] - 2, 1), group = floor(3 * u[, 8])
  )
  for (name in c("time", "cause", "entry", "stratum", "w", "cluster", "x1", "x2", "group"))
    keep(sample, paste0("patients.", name), p[[name]])

  fit <- survfit(Surv(entry, time, event) ~ 1, p, weights = w, robust = FALSE, conf.type = "log-log")
  keep(sample, "km.survival", fit$surv)
  keep(sample, "km.standard_error", fit$std.err * fit$surv)
  keep(sample, "km.lower", fit$lower)
  keep(sample, "na.cumulative_hazard", fit$cumhaz)
  keep(sample, "na.standard_error", fit$std.chaz)

  found <- cuminc(p$time, p$cause, cencode = 0)
  at <- timepoints(found, 1:5)
  keep(sample, "ci.estimate", t(at$est))
  keep(sample, "ci.variance", t(at$var))

  if (length(unique(p$group)) == 3) {
    test <- attempt(survdiff(Surv(time, event) ~ group + strata(stratum), p))
    if (!inherits(test, "try-error")) keep(sample, "logrank", test$chisq)
    test <- attempt(survdiff(Surv(time, event) ~ group, p, rho = 1))
    if (!inherits(test, "try-error")) keep(sample, "peto", test$chisq)
    test <- attempt(cuminc(p$time, p$cause, p$group, strata = p$stratum, cencode = 0)$Tests)
    # -1 says that the variance is singular
    if (!inherits(test, "try-error") && all(test[, "stat"] >= 0)) keep(sample, "gray", test[, "stat"])
  }

  for (ties in c("efron", "breslow")) {
    fit <- attempt(coxph(
      Surv(entry, time, event) ~ x1 + x2 + strata(stratum), p, weights = w, ties = ties,
      control = control, robust = FALSE
    ))
    if (usable(fit)) {
      keep(sample, paste0(ties, ".coefficients"), coef(fit))
      keep(sample, paste0(ties, ".covariance"), fit$var)
      keep(sample, paste0(ties, ".log_likelihood"), fit$loglik)
      keep(sample, paste0(ties, ".score_test"), fit$score)
      keep(sample, paste0(ties, ".martingale"), residuals(fit))
      keep(sample, paste0(ties, ".deviance"), residuals(fit, "deviance"))
      keep(sample, paste0(ties, ".score"), t(residuals(fit, "score")))
      curve <- summary(
        survfit(fit, newdata = data.frame(x1 = 1, x2 = 0.5, stratum = 0), conf.type = "log-log"),
        times = c(1, 2, 4), extend = FALSE
      )
      keep(sample, paste0(ties, ".predicted_time"), curve$time)
      keep(sample, paste0(ties, ".predicted"), curve$surv)
      keep(sample, paste0(ties, ".predicted_error"), curve$std.err)
    }
    fit <- attempt(coxph(Surv(entry, time, event) ~ x1 + x2, p, ties = ties, cluster = cluster, control = control))
    if (usable(fit)) {
      keep(sample, paste0(ties, ".robust"), fit$var)
      keep(sample, paste0(ties, ".dfbeta"), t(residuals(fit, "dfbeta")))
    }
    fit <- attempt(coxph(Surv(entry, time, event) ~ x1 + x2 + strata(stratum), p, ties = ties, control = control))
    if (usable(fit)) for (transform in c("km", "rank", "identity", "log")) {
      test <- attempt(cox.zph(fit, transform = transform))
      if (!inherits(test, "try-error")) keep(sample, paste0(ties, ".zph_", transform), test$table[, "chisq"])
    }
  }
  fit <- attempt(coxph(Surv(entry, time, event) ~ x1 + x2 + strata(stratum), p, ties = "exact", control = control))
  if (usable(fit)) {
    keep(sample, "exact.coefficients", coef(fit))
    keep(sample, "exact.covariance", fit$var)
    keep(sample, "exact.log_likelihood", fit$loglik)
  }

  test <- concordance(
    Surv(entry, time, event) ~ x2 + strata(stratum), p, weights = w, cluster = cluster, reverse = TRUE
  )
  keep(sample, "concordance", c(test$concordance, sqrt(test$var)))
  uno <- concordance(Surv(time, event) ~ x2, p, timewt = "n/G2", reverse = TRUE)
  keep(sample, "uno", c(uno$concordance, sqrt(uno$var)))

  fit <- attempt(crr(p$time, p$cause, p[, c("x1", "x2")], gtol = 1e-13, maxiter = 60))
  if (!inherits(fit, "try-error") && fit$converged && max(abs(fit$coef)) < 6) {
    keep(sample, "crr.coefficients", fit$coef)
    keep(sample, "crr.covariance", fit$var)
    keep(sample, "crr.log_likelihood", c(fit$loglik.null, fit$loglik))
  }
}
write_rows(rows)
