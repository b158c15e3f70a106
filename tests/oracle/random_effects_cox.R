# Random-effects Cox model by coxph with ridge terms, the variances updated in a plain loop:
# Rscript random_effects_cox.R > random_effects_cox.csv
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()
n <- nrow(patients)
more <- matrix(draw(n * 8, 777), n)
x <- cbind(patients$x1, patients$x2, patients$x3, (more < rep(c(2:9) / 12, each = n)) + 0)
groups <- c("a", "b", "a", "c", "b", "a", "c", "c", "b", "b", "c")
control <- coxph.control(eps = 1e-13, iter.max = 200, toler.chol = 1e-15)
parts <- lapply(c("a", "b", "c"), function(group) x[, groups == group])
sums <- sapply(parts, rowSums)
place <- order(groups)

fit_at <- function(variance) coxph(
  Surv(entry_time, time, event) ~ ridge(parts[[1]], theta = 1 / variance[1], scale = FALSE) +
    ridge(parts[[2]], theta = 1 / variance[2], scale = FALSE) +
    ridge(parts[[3]], theta = 1 / variance[3], scale = FALSE) + sums + strata(stratum),
  patients, control = control
)
rows <- NULL
keep <- function(case, quantity, values) {
  values <- as.matrix(values)
  rows <<- rbind(rows, data.frame(
    case, quantity, i = c(row(values)) - 1, j = c(col(values)) - 1, value = as.numeric(values)
  ))
}
describe <- function(case, variance) {
  fit <- fit_at(variance)
  deviation <- numeric(11)
  deviation[place] <- coef(fit)[1:11]
  keep(case, "deviation", deviation)
  keep(case, "group_mean", coef(fit)[12:14])
  both <- rbind(diag(11), t(sapply(c("a", "b", "c"), function(group) sort(groups) == group)) + 0)
  for (name in c("var", "var2")) {
    covariance <- matrix(0, 11, 11)
    covariance[place, place] <- t(both) %*% fit[[name]] %*% both
    keep(case, name, covariance)
  }
  keep(case, "log_likelihood", fit$loglik[2])
  keep(case, "df", fit$df[1:3])
  keep(case, "variance", variance)
}
keep("columns", "x", x)
describe("known", c(0.2, 0.1, 0.05))
for (rule in c("schall", "coxrfx")) {
  variance <- c(0.1, 0.1, 0.1)
  for (round in 1:4000) {
    fit <- fit_at(variance)
    before <- variance
    for (group in 1:3) {
      own <- which(sort(groups) == c("a", "b", "c")[group])
      free <- if (rule == "schall") length(own) - sum(diag(fit$var)[own]) / before[group] else fit$df[group]
      # a prior of 2 degrees of freedom keeps all variances above 0
      variance[group] <- (2 * 0.1 + sum(coef(fit)[own]^2)) / (2 + free)
    }
    if (max(abs(variance / before - 1)) < 1e-12) break
  }
  describe(rule, variance)
}
write_rows(rows)
