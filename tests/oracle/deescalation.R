# Relapse and less treatment in candidate groups: R --no-save; Rscript deescalation.R > deescalation.csv
suppressPackageStartupMessages({library(survival); library(cmprsk); library(metafor)})
source("sample.R")
write_versions("survival", "cmprsk", "metafor")

patients <- make_sample()
arm <- as.integer(patients$x2 > 0)
horizon <- 12
rows <- list()
note <- function(what, group, value, error = NA) {
  rows[[length(rows) + 1]] <<- data.frame(what, group, value, error)
}
# Peto's effective number: followed beyond the horizon, divided by the share free of every event
counts <- list()
for (stratum in sort(unique(patients$stratum))) {
  own <- patients[patients$stratum == stratum, ]
  curve <- cuminc(own$time, own$cause)
  at <- timepoints(curve, horizon)$est
  free <- 1 - sum(at)
  effective <- min(sum(own$time > horizon | (own$time == horizon & own$cause == 0)) / free, nrow(own))
  x <- effective * at[1]
  note("relapse", stratum, at[1])
  note("effective", stratum, effective)
  note("lower", stratum, qbeta(0.025, x, effective - x + 1))
  note("upper", stratum, qbeta(0.975, x + 1, effective - x))
  events <- max(1, floor(x + 1e-6))
  counts[[length(counts) + 1]] <- c(events, max(events, round(events / at[1])))
}
counts <- do.call(rbind, counts)
pooled <- rma.glmm(xi = counts[, 1], ni = counts[, 2], measure = "PLO", nAGQ = 25, test = "t")
at <- predict(pooled, transf = transf.ilogit)
note("pooled", NA, at$pred)
note("pooled_lower", NA, at$ci.lb)
note("pooled_upper", NA, at$ci.ub)
# stratified difference of survival free of every event, weighted by n1 n2 / (n1 + n2)
weight <- difference <- variance <- c()
for (stratum in sort(unique(patients$stratum))) {
  found <- list()
  for (a in 0:1) {
    chosen <- patients$stratum == stratum & arm == a
    curve <- survfit(Surv(time, cause > 0) ~ 1, patients[chosen, ])
    at <- summary(curve, times = horizon, extend = TRUE)
    found[[a + 1]] <- c(at$surv, at$std.err, sum(chosen))
  }
  weight <- c(weight, found[[1]][3] * found[[2]][3] / (found[[1]][3] + found[[2]][3]))
  difference <- c(difference, found[[2]][1] - found[[1]][1])
  variance <- c(variance, found[[1]][2]^2 + found[[2]][2]^2)
}
weight <- weight / sum(weight)
note("difference", NA, sum(weight * difference), sqrt(sum(weight^2 * variance)))
write_rows(do.call(rbind, rows))
