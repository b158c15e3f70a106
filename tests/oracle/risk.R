# Day 0 against the landmark, with risks from the other trials: Rscript risk.R > risk.csv
suppressPackageStartupMessages({library(cmprsk); library(survival)})
source("sample.R")
write_versions("cmprsk", "survival")
d <- read.csv("risk_patients.csv")
L <- 33; horizon <- 5 * 365.25
d$cause <- c(censored = 0, relapse = 1, death = 2)[d$event_type]
sampled <- !is.na(d$mrd_fraction) & d$time >= d$mrd_day
high_mrd <- sampled & d$mrd_fraction >= 1e-4
low_mrd <- sampled & d$mrd_fraction < 1e-4
d$before <- ifelse(d$status == "present", "high", "open")
d$after <- ifelse(d$status == "present" | high_mrd, "high", ifelse(d$status == "absent" & low_mrd, "low", "open"))
d <- d[d$time > L, ]; d$time <- d$time - L
risk <- function(x) {
  curve <- cuminc(x$time, x$cause)[["1 1"]]
  if (is.null(curve)) 0 else curve$est[max(which(curve$time <= horizon))]
}
rows <- NULL
add <- function(measure, trial, place, value, n = NA) rows <<- rbind(rows, data.frame(measure, trial, place, value, n))
for (group in c("low", "high", "open")) {
  own <- d[d$after == group, ]
  add("risk", "all", group, risk(own), nrow(own))
}
placed <- d[d$after != "open", ]
carry <- function(column) {
  out <- numeric(nrow(placed))
  for (trial in unique(placed$trial_id)) for (group in unique(placed[[column]])) {
    own <- placed$trial_id == trial & placed[[column]] == group
    out[own] <- risk(placed[placed$trial_id != trial & placed[[column]] == group, ])
  }
  out
}
placed$p0 <- carry("before"); placed$p1 <- carry("after")
for (model in c("p0", "p1")) for (threshold in c(0.1, 0.2, 0.3)) {
  # dcurves::dca: risk among the positives times their part, less the odds of the threshold
  positive <- placed[[model]] >= threshold
  part <- mean(positive); inside <- if (any(positive)) risk(placed[positive, ]) else 0
  add("net_benefit", model, threshold, part * inside - part * (1 - inside) * threshold / (1 - threshold), sum(positive))
}
ordered <- ifelse(placed$cause == 2, 1e6, placed$time)
for (model in c("p0", "p1")) {
  found <- concordance(Surv(ordered, placed$cause == 1) ~ placed[[model]] + strata(placed$trial_id), reverse = TRUE)
  add("concordance", model, "all", found$concordance, nrow(placed))
}
cut_into <- function(p) findInterval(p, c(0.2, 0.5))
for (i in 0:2) for (j in 0:2) {
  own <- cut_into(placed$p0) == i & cut_into(placed$p1) == j
  add("moved", "all", paste(i, j), if (sum(own) > 0) risk(placed[own, ]) else NA, sum(own))
}
write.csv(rows, row.names = FALSE, quote = FALSE, na = "")
