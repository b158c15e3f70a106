# Exact ties, offset, ridge by coefficient, Firth; residuals, test of proportional hazards,
# prediction: Rscript cox_more.R > cox_more.csv
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()
control <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)
rows <- NULL
keep <- function(case, quantity, values) {
  values <- as.matrix(values)
  rows <<- rbind(rows, data.frame(
    case, quantity, i = c(row(values)) - 1, j = c(col(values)) - 1, value = as.numeric(values)
  ))
}
keep_fit <- function(case, fit) {
  keep(case, "log_hazard_ratio", coef(fit))
  # a fit by agexact has no class and no vcov
  keep(case, "covariance", fit$var)
  keep(case, "log_likelihood", fit$loglik)
}

# exact: with delayed entry R lists all sets of those at risk, so only some patients
few <- patients[1:40, ]
keep_fit("exact", coxph(Surv(time, event) ~ x1 + x2 + x3, patients, ties = "exact", control = control))
keep_fit("exact_strata", coxph(
  Surv(time, event) ~ x1 + x2 + x3 + strata(stratum), patients, ties = "exact", control = control
))
keep_fit("exact_entry", coxph(
  Surv(entry_time, time, event) ~ x1 + x2, few, ties = "exact", control = control
))
patients$shift <- with(patients, 0.3 * x1 - 0.2 * x2 * x3)
keep_fit("offset", coxph(
  Surv(entry_time, time, event) ~ x2 + x3 + offset(shift) + strata(stratum), patients, control = control
))
keep_fit("ridges", coxph(
  Surv(time, event) ~ ridge(x1, theta = 2, scale = FALSE) + x2 + ridge(x3, theta = 0.5, scale = FALSE),
  patients, control = control
))

# Firth: no package of Debian has it, so its definition is climbed here. Slopes by differences of
# fourth order, errors about 1e-10.
penalised <- function(b, model, data, ties) {
  fit <- coxph(model, data, ties = ties, init = b, iter.max = 0)
  fit$loglik[2] - 0.5 * as.numeric(determinant(vcov(fit))$modulus)
}
slope <- function(b, ...) {
  h <- 2e-3
  sapply(seq_along(b), function(k) {
    at <- function(times) penalised(b + times * h * (seq_along(b) == k), ...)
    (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
  })
}
firth <- function(case, model, data, ties) {
  b <- rep(0, length(attr(terms(model), "term.labels")) - grepl("strata", deparse1(model)))
  for (round in 1:40) {
    fit <- coxph(model, data, ties = ties, init = b, iter.max = 0)
    b <- b + as.numeric(vcov(fit) %*% slope(b, model, data, ties))
  }
  fit <- coxph(model, data, ties = ties, init = b, iter.max = 0)
  keep_fit(case, fit)
  keep(case, "likelihood_ratio", 2 * (penalised(b, model, data, ties) - penalised(0 * b, model, data, ties)))
}
firth("firth_breslow", Surv(time, event) ~ x1 + x2 + x3, patients, "breslow")
firth("firth_efron", Surv(time, event) ~ x1 + x2 + x3, patients, "efron")
firth("firth_entry_strata", Surv(entry_time, time, event) ~ x1 + x2 + x3 + strata(stratum), patients, "efron")
# nobody of x4 has the event: only with the penalty there is an estimate
patients$x4 <- as.numeric(patients$event == 0 & seq_len(nrow(patients)) %% 3 == 0)
firth("firth_separated", Surv(time, event) ~ x1 + x4, patients, "efron")

after <- function(case, ties, entry, stratified, weighted) {
  response <- if (entry) "Surv(entry_time, time, event)" else "Surv(time, event)"
  model <- as.formula(paste(response, "~ x1 + x2 + x3", if (stratified) "+ strata(stratum)"))
  arguments <- list(model, data = patients, ties = ties, control = control, robust = FALSE)
  if (weighted) arguments$weights <- patients$weights
  fit <- do.call(coxph, arguments)
  for (kind in c("martingale", "deviance", "score", "dfbeta", "dfbetas"))
    keep(case, kind, residuals(fit, type = kind))
  place <- order(if (stratified) patients$stratum else rep(1, nrow(patients)), patients$time)
  keep(case, "schoenfeld_time", patients$time[place][patients$event[place] == 1])
  keep(case, "schoenfeld", residuals(fit, type = "schoenfeld"))
  keep(case, "scaledsch", residuals(fit, type = "scaledsch"))
  for (transform in c("km", "rank", "identity", "log"))
    keep(case, paste0("zph_", transform), cox.zph(fit, transform)$table)
  new <- data.frame(x1 = c(1, 0, 1), x2 = c(0, 1, -1.5), x3 = c(0, 1, 1), stratum = c("west", "north", "west"))
  times <- c(0.5, 2, 5, 10, 20)
  for (scale in c("log", "log-log", "plain")) for (row in 1:3) {
    curve <- summary(survfit(fit, newdata = new[row, ], conf.type = scale), times = times, extend = TRUE)
    keep(case, paste0("survival_", scale), matrix(c(row - 1 + 0 * times, curve$surv, curve$std.err, curve$lower, curve$upper), nrow = 5))
  }
  hazard <- basehaz(fit, centered = FALSE)
  keep(case, "basehaz", hazard[, c("hazard", "time")])
}
after("plain", "efron", FALSE, FALSE, FALSE)
after("breslow", "breslow", FALSE, TRUE, FALSE)
after("entry", "efron", TRUE, FALSE, FALSE)
after("all", "efron", TRUE, TRUE, TRUE)
both <- coxph(Surv(time, event) ~ cbind(x1, x2) + x3, patients, control = control)
keep("joined", "zph_km", cox.zph(both)$table)
robust <- coxph(Surv(time, event) ~ x1 + x2 + x3, patients, cluster = cluster, control = control)
keep("robust", "dfbeta", residuals(robust, type = "dfbeta"))
curve <- summary(survfit(robust, newdata = data.frame(x1 = 1, x2 = 1, x3 = 0)), times = c(2, 10))
keep("robust", "survival", cbind(curve$surv, curve$std.err))
write_rows(rows)
