# Treatment with and without a marker, trial by trial and together:
# Rscript treatment.R > treatment.csv
suppressPackageStartupMessages({library(survival); library(metafor)})
source("sample.R")
write_versions("survival", "metafor")

patients <- make_sample()
marker <- patients$x1
arm <- as.integer(patients$x2 > 0)
rows <- list()
note <- function(what, group, value, error = NA) {
  rows[[length(rows) + 1]] <<- data.frame(what, group, value, error)
}
horizon <- 12
for (late in c(FALSE, TRUE)) {
  label <- if (late) "late" else "all"
  entry <- if (late) patients$entry_time else rep(0, nrow(patients))
  entry[!late] <- -1
  fit <- coxph(Surv(entry, patients$time, patients$cause == 1) ~ marker * arm,
               control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50))
  covariance <- vcov(fit)
  note(paste0(label, "_absent"), 0, coef(fit)["arm"], sqrt(covariance["arm", "arm"]))
  with_it <- sum(covariance[c("arm", "marker:arm"), c("arm", "marker:arm")])
  note(paste0(label, "_present"), 1, coef(fit)["arm"] + coef(fit)["marker:arm"], sqrt(with_it))
  note(paste0(label, "_interaction"), NA, coef(fit)["marker:arm"],
       sqrt(covariance["marker:arm", "marker:arm"]))
}
# without competing causes: survival by Greenwood, and the restricted mean
for (m in 0:1) {
  found <- list()
  for (a in 0:1) {
    chosen <- marker == m & arm == a
    curve <- survfit(Surv(time, event) ~ 1, patients[chosen, ])
    at <- summary(curve, times = horizon, extend = TRUE)
    mean_time <- summary(curve, rmean = horizon)$table
    found[[a + 1]] <- c(1 - at$surv, at$std.err, mean_time["rmean"], mean_time["se(rmean)"])
  }
  note("risk_difference", m, found[[2]][1] - found[[1]][1], sqrt(found[[2]][2]^2 + found[[1]][2]^2))
  note("time_gained", m, found[[2]][3] - found[[1]][3], sqrt(found[[2]][4]^2 + found[[1]][4]^2))
}
# competing causes: the Aalen-Johansen probability of cause 1
for (m in 0:1) {
  risk <- sapply(0:1, function(a) {
    chosen <- patients[marker == m & arm == a, ]
    curve <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, chosen)
    summary(curve, times = horizon, extend = TRUE)$pstate[2]
  })
  note("competing_risk_difference", m, risk[2] - risk[1])
}
# two stages: the interaction within each stratum, then together
effects <- sapply(c("north", "south", "west"), function(s) {
  here <- patients$stratum == s
  fit <- coxph(Surv(time, event) ~ marker * arm, data.frame(patients, marker, arm)[here, ],
               control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50))
  c(coef(fit)["marker:arm"], sqrt(vcov(fit)["marker:arm", "marker:arm"]))
})
pooled <- rma(effects[1, ], sei = effects[2, ], method = "REML", test = "knha",
              control = list(threshold = 1e-14, maxiter = 10000))
note("deft", NA, pooled$beta, pooled$se)
note("deft_p", NA, pooled$pval)
note("deft_tau2", NA, pooled$tau2)
note("deft_lower", NA, pooled$ci.lb)
write_rows(do.call(rbind, rows))
