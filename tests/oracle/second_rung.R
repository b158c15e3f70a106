# Kernels that stood on one rung, and other packages' programs for those that stand on survival:
# mets and timereg have their own Cox and Fine-Gray sweeps, prodlim its own curves, mice Rubin's
# rules. Rscript second_rung.R > second_rung.csv
suppressPackageStartupMessages({library(survival); library(mets); library(timereg); library(prodlim); library(mice); library(qvalue)})
source("sample.R")
write_versions("survival", "mets", "timereg", "prodlim", "mice", "qvalue")
patients <- make_sample()
patients$id <- seq_len(nrow(patients))
# no two at one time: the packages differ in ties
patients$untied <- patients$time + order(order(patients$x2, patients$id)) / 1000
rows <- NULL
keep <- function(kernel, case, quantity, values) {
  values <- as.numeric(values)
  rows <<- rbind(rows, data.frame(kernel, case, quantity, place = seq_along(values) - 1, value = values))
}

# restricted means of two groups, in all and in strata weighted by size
mean_to <- function(data, horizon) {
  table <- summary(survfit(Surv(time, event) ~ 1, data), rmean = horizon)$table
  c(table["rmean"], table["se(rmean)"])
}
difference_to <- function(data, horizon) {
  one <- mean_to(data[data$x1 == 1, ], horizon)
  none <- mean_to(data[data$x1 == 0, ], horizon)
  c(one[1] - none[1], sqrt(one[2]^2 + none[2]^2))
}
for (horizon in c(5, 12)) {
  keep("restricted_mean_difference", "all", paste0("to", horizon), difference_to(patients, horizon))
  parts <- sapply(split(patients, patients$stratum), difference_to, horizon = horizon)
  share <- table(patients$stratum) / nrow(patients)
  keep("restricted_mean_difference", "size", paste0("to", horizon),
    c(sum(share * parts[1, ]), sqrt(sum(share^2 * parts[2, ]^2))))
  inverse <- 1 / parts[2, ]^2
  keep("restricted_mean_difference", "inverse-variance", paste0("to", horizon),
    c(sum(inverse * parts[1, ]) / sum(inverse), sqrt(1 / sum(inverse))))
}

# the numbers under a plot
at <- c(0.5, 1, 4, 7.5, 15, 29)
keep("count_at_risk", "all", "n", summary(survfit(Surv(time, event) ~ 1, patients), times = at, extend = TRUE)$n.risk)
entered <- summary(survfit(Surv(entry_time, time, event) ~ 1, patients), times = at, extend = TRUE)
keep("count_at_risk", "entry", "n", entered$n.risk)

# Gonen and Heller (2005): no package of Debian has it; their formulas, pair by pair
fit <- coxph(Surv(time, event) ~ x1 + x2 + x3, patients, control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
x <- as.matrix(patients[, c("x1", "x2", "x3")])
n <- nrow(x)
score <- drop(x %*% coef(fit))
pairs <- t(combn(n, 2))
apart <- abs(score[pairs[, 1]] - score[pairs[, 2]])
keep("concordance_gonen_heller", "all", "concordance", mean(1 / (1 + exp(-apart))))
keep("concordance_gonen_heller", "all", "slopes", coef(fit))
keep("concordance_gonen_heller", "all", "covariance", vcov(fit))

# Rubin's rules by mice itself
fits <- list(
  first = list(q = c(0.52, 0.61, 0.44, 0.58, 0.49), s = c(0.21, 0.2, 0.23, 0.22, 0.2)),
  second = list(q = c(-1.2, 0.4, -0.3), s = c(0.5, 0.6, 0.4))
)
for (case in names(fits)) for (complete in c(Inf, 40)) {
  found <- pool.scalar(fits[[case]]$q, fits[[case]]$s^2, n = complete + 1, k = 1)
  keep("combine_imputations", case, paste0("complete", complete),
    c(found$qbar, sqrt(found$t), found$df, found$fmi))
}

# q-values by qvalue: 60 p-values, a third of them small
p <- draw(60, 77)
p[1:20] <- p[1:20]^6 / 10
keep("find_q_values", "all", "p", p)
found <- qvalue(p, pi0.method = "bootstrap")
keep("find_q_values", "all", "null_fraction", found$pi0)
keep("find_q_values", "all", "q", found$qvalues)

# Cox models by mets, which takes tied events one after the other: untied times; with strata, delayed entry and clusters
models <- list(
  plain = Surv(untied, event) ~ x1 + x2 + x3,
  strata = Surv(untied, event) ~ x1 + x2 + x3 + strata(stratum),
  entry = Surv(entry_time, untied, event) ~ x1 + x2 + x3 + strata(stratum)
)
for (case in names(models)) {
  fit <- phreg(models[[case]], patients)
  keep("fit_cox", case, "log_hazard_ratio", coef(fit))
  keep("fit_cox", case, "standard_error", sqrt(diag(-solve(fit$hessian))))
}
clustered <- phreg(Surv(untied, event) ~ x1 + x2 + x3 + cluster(cluster), patients)
keep("fit_cox", "cluster", "standard_error", sqrt(diag(vcov(clustered))))

# and by timereg, whose baseline is its own as well
fit <- cox.aalen(Surv(untied, event) ~ prop(x1) + prop(x2) + prop(x3), patients, n.sim = 0, robust = 0, Nit = 100)
keep("fit_cox", "timereg", "log_hazard_ratio", fit$gamma)
keep("fit_cox", "timereg", "standard_error", sqrt(diag(fit$D2linv)))

# Fine-Gray models by mets, also with censoring weights by group
data <- patients
data$time <- data$untied
for (case in c("plain", "groups")) {
  censoring <- if (case == "plain") ~ +1 else ~ strata(stratum)
  fit <- cifreg(
    Event(time, cause) ~ x1 + x2 + x3, data, cause = 1, cens.model = censoring, propodds = NULL
  )
  keep("fit_fine_gray", case, "log_hazard_ratio", coef(fit))
}

# curves by prodlim, which has its own Aalen-Johansen program
curve <- prodlim(Hist(time, event) ~ 1, patients)
keep("kaplan_meier", "all", "survival", curve$surv)
keep("kaplan_meier", "all", "standard_error", curve$se.surv)
curves <- prodlim(Hist(time, cause) ~ 1, patients)
for (kind in 1:2) {
  keep("cumulative_incidence", "all", paste0("cause", kind), curves$cuminc[[kind]])
  keep("cumulative_incidence", "all", paste0("error", kind), curves$se.cuminc[[kind]])
}
jackknifed <- jackknife(curve, times = 8)
keep("pseudo_values", "all", "at8", jackknifed)
write_rows(rows)
