# One Cox model per marker, stopped where rounding stops it: Rscript scan.R > scan.csv
# Firth's fit maximises log-likelihood + log det(information) / 2, both taken from coxph held at
# given coefficients, by Newton steps with numeric gradients.
suppressPackageStartupMessages(library(survival))
source("scan_sample.R")
write_versions("survival")
patients <- make_sample()
markers <- make_markers()
treatment <- as.numeric(patients$x1 == 1)
control <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)
held <- coxph.control(iter.max = 0, toler.chol = 1e-15)
cases <- c("plain", "strata", "entry", "interaction", "interaction_entry")
with_entry <- c("entry", "interaction_entry")
with_interaction <- c("interaction", "interaction_entry")
# a coefficient of the marker beyond this has run away (that of the treatment alone is one at marker
# 0, which may lie far from everybody)
RUNAWAY <- 10
has_run_away <- function(fit) {
  max(0, abs(coef(fit)[names(coef(fit)) %in% c("marker", "product")]), na.rm = TRUE) > RUNAWAY
}

fit_at <- function(case, terms, data, ...) {
  response <- if (case %in% with_entry) "Surv(entry_time, time, event)" else "Surv(time, event)"
  formula <- reformulate(c(terms, if (case != "plain") "strata(stratum)"), response)
  suppressWarnings(coxph(formula, data = data, ties = "efron", ...))
}

penalise <- function(case, terms, data, coefficients) {
  fit <- fit_at(case, terms, data, init = coefficients, control = held)
  fit$loglik[1] - as.numeric(determinant(fit$var)$modulus) / 2
}

climb_firth <- function(case, terms, data, start, free) {
  h <- 2e-3
  for (step in 1:200) {
    gradient <- sapply(free, function(j) {
      at <- function(k) penalise(case, terms, data, replace(start, j, start[j] + k * h))
      (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
    })
    variance <- fit_at(case, terms, data, init = start, control = held)$var
    move <- solve(solve(variance)[free, free], gradient)
    value <- penalise(case, terms, data, start)
    repeat {
      trial <- replace(start, free, start[free] + move)
      if (max(abs(move)) < 1e-5 || penalise(case, terms, data, trial) > value) break
      move <- move / 2
    }
    start <- trial
    if (max(abs(move)) < 1e-11) break
  }
  start
}

fit_firth <- function(case, terms, data) {
  p <- length(terms)
  null <- climb_firth(case, terms, data, rep(0, p), seq_len(p - 1))
  full <- climb_firth(case, terms, data, null, seq_len(p))
  variance <- fit_at(case, terms, data, init = full, control = held)$var
  c(full[p], sqrt(variance[p, p]),
    2 * (penalise(case, terms, data, full) - penalise(case, terms, data, null)))
}

rows <- NULL
for (case in cases) for (j in seq_along(markers)) {
  data <- cbind(patients, marker = markers[[j]], treatment)
  data <- data[!is.na(data$marker), ]
  data$product <- data$marker * data$treatment
  terms <- c("x2", "x3", if (case %in% with_interaction) "treatment", "marker")
  if (case %in% with_interaction) terms <- c(terms, "product")
  p <- length(terms)
  null <- fit_at(case, terms[-p], data, control = control)
  full <- fit_at(case, terms, data, control = control)
  start <- ifelse(is.na(coef(null)), 0, coef(null))
  score <- fit_at(case, terms, data, init = c(start, 0), control = held)$score
  found <- c(coef(full)[p], sqrt(vcov(full)[p, p]), 2 * (full$loglik[2] - null$loglik[2]))
  # R gives NA for a marker that does not vary among those at risk
  estimable <- !is.na(coef(full)[p])
  if (!estimable || has_run_away(full)) found <- rep(NA, 3)
  if (!estimable) score <- NA
  # the null model of the interaction holds the marker, which may run away by itself
  if (has_run_away(null)) score <- NA
  carriers <- data$marker != 0
  firth <- rep(NA, 3)
  rare <- sum(carriers) < if (case %in% with_interaction) 15 else 12
  if (estimable && !(case %in% c("plain", "interaction_entry")) && rare) {
    firth <- fit_firth(case, terms, data)
  }
  rows <- rbind(rows, data.frame(
    case, marker = j - 1, n_tested = nrow(data), n_carriers = sum(carriers),
    n_events = sum(data$event), n_events_carriers = sum(data$event[carriers]),
    log_hazard_ratio = found[1], standard_error = found[2], likelihood_ratio = found[3],
    score = as.numeric(score), firth_log_hazard_ratio = firth[1],
    firth_standard_error = firth[2], firth_likelihood_ratio = firth[3]
  ))
}
write_rows(rows)
