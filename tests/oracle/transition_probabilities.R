# Multi-state probabilities: Rscript transition_probabilities.R > transition_probabilities.csv
# etm: transition probabilities and errors from two starts; survfit: state occupation from 0.
suppressPackageStartupMessages({library(etm); library(survival)})
source("histories.R")
write_versions("etm", "survival")
histories <- make_histories()
ways <- matrix(FALSE, 3, 3)
ways[1, 2] <- ways[2, 1] <- ways[1, 3] <- ways[2, 3] <- TRUE

rows <- NULL
stays <- with(histories, data.frame(
  id, entry = entry_time, exit = time, from = as.character(from_state),
  to = ifelse(to_state == 0, "cens", to_state)
))
for (start in c(0, 5)) {
  fit <- etm(stays, c("1", "2", "3"), ways, "cens", s = start)
  for (from in 1:3) for (to in 1:3) {
    pair <- paste(from, to)
    rows <- rbind(rows, data.frame(
      source = "etm", start = start, from = from, to = to, time = fit$time,
      probability = fit$est[from, to, ], standard_error = sqrt(fit$cov[pair, pair, ])
    ))
  }
}
histories$kind <- factor(histories$to_state, 0:3)
fit <- survfit(
  Surv(entry_time, time, kind) ~ 1, histories, id = id, istate = from_state, start.time = 0
)
for (to in 1:3) rows <- rbind(rows, data.frame(
  source = "survfit", start = 0, from = NA, to = fit$states[to], time = fit$time,
  probability = fit$pstate[, to], standard_error = NA
))
weights <- c(0.5, 1, 1.5, 2)[1 + histories$id %% 4]
fit <- survfit(
  Surv(entry_time, time, kind) ~ 1, histories, id = id, istate = from_state, start.time = 0, weights = weights
)
for (to in 1:3) rows <- rbind(rows, data.frame(
  source = "weighted", start = 0, from = NA, to = fit$states[to], time = fit$time,
  probability = fit$pstate[, to], standard_error = NA
))
write_rows(rows)
