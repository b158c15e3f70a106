# One scan by loops of coxph and metafor::rma: Rscript scan_effects.R > scan_effects.csv
suppressPackageStartupMessages({
  library(survival)
  library(splines)
  library(metafor)
})
source("sample.R")
write_versions("survival", "metafor")
patients <- read.csv("scan_patients.csv", comment.char = "#")
patients$log_wbc <- log2(patients$wbc + 0.1)
control <- coxph.control(eps = 1e-12, toler.chol = 1e-13, toler.inf = 1e-7, iter.max = 100)

cohorts <- list(
  OS = transform(patients, time = os_time, event = os_event),
  CIR = transform(patients[patients$remission == 1, ], time = cir_time, event = cir_cause == 1)
)

fit_marker <- function(data, marker, stratified) {
  known <- data[!is.na(data$log_wbc), ]
  inner <- quantile(known$age, c(1, 2) / 3)
  basis <- ns(known$age, knots = inner, Boundary.knots = range(known$age))
  known[, c("a1", "a2", "a3")] <- basis
  known$marker <- known[[marker]]
  known <- known[!is.na(known$marker), ]
  words <- paste("a1 + a2 + a3 + sex + log_wbc + lineage", if (stratified) "+ strata(trial)" else "")
  null <- coxph(as.formula(paste("Surv(time, event) ~", words)), known, control = control)
  fit <- coxph(as.formula(paste("Surv(time, event) ~ marker +", words)), known, control = control)
  list(
    n = fit$n, n_events = fit$nevent, n_present = sum(known$marker),
    b = coef(fit)[["marker"]], s = sqrt(vcov(fit)["marker", "marker"]),
    p = pchisq(2 * (fit$loglik[2] - null$loglik[2]), 1, lower.tail = FALSE)
  )
}

rows <- NULL
for (endpoint in names(cohorts)) for (marker in paste0("M", 1:5)) {
  data <- cohorts[[endpoint]]
  whole <- fit_marker(data, marker, TRUE)
  single <- lapply(split(data, data$trial), fit_marker, marker, FALSE)
  b <- sapply(single, `[[`, "b")
  s <- sapply(single, `[[`, "s")
  pooled <- rma(b, sei = s, method = "REML", test = "knha", control = list(threshold = 1e-14, maxiter = 10000))
  predicted <- predict(pooled)
  rows <- rbind(rows, data.frame(
    endpoint, marker, n = whole$n, n_events = whole$n_events, n_present = whole$n_present,
    log_hazard_ratio = whole$b, standard_error = whole$s, p_value = whole$p,
    b_A = b[["A"]], s_A = s[["A"]], b_B = b[["B"]], s_B = s[["B"]], b_C = b[["C"]], s_C = s[["C"]],
    pooled = as.numeric(pooled$beta), pooled_lower = pooled$ci.lb, pooled_upper = pooled$ci.ub,
    i2 = pooled$I2 / 100, tau2 = pooled$tau2,
    prediction_lower = predicted$pi.lb, prediction_upper = predicted$pi.ub
  ))
}
rows$q_value <- p.adjust(rows$p_value, "BH")
rows$q_value_by <- p.adjust(rows$p_value, "BY")
both <- with(cohorts$OS, M1 * M2)
pair <- fit_marker(transform(cohorts$OS, both = both), "both", TRUE)
rows$pair_log_hazard_ratio <- pair$b
rows$pair_p_value <- pair$p

# the interaction of M1 and M2 on OS, among those tested for both, age with the knots of all
known <- cohorts$OS[!is.na(cohorts$OS$log_wbc) & !is.na(cohorts$OS$M1), ]
inner <- quantile(known$age, c(1, 2) / 3)
known[, c("a1", "a2", "a3")] <- ns(known$age, knots = inner, Boundary.knots = range(known$age))
crossed <- coxph(
  Surv(time, event) ~ a1 + a2 + a3 + sex + log_wbc + lineage + strata(trial) + M1 * M2,
  known, control = control
)
rows$interaction_log_hazard_ratio <- coef(crossed)[["M1:M2"]]
rows$interaction_standard_error <- sqrt(vcov(crossed)["M1:M2", "M1:M2"])
write_rows(rows)
