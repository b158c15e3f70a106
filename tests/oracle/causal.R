# Doubly robust risks, and clones weighted by a Cox model of starting, each step by hand in R:
# Rscript causal.R > causal.csv
suppressPackageStartupMessages({library(survival); library(prodlim)})
source("sample.R")
write_versions("survival", "prodlim")

patients <- make_sample()
rows <- list()
note <- function(what, value) rows[[length(rows) + 1]] <<- data.frame(what, value)
horizon <- 12
treated <- patients$x2 > 0
patients$trial <- factor(patients$stratum)

# ---- augmented inverse probability weights on pseudo-values of either side ----------------------
chance <- fitted(glm(treated ~ trial + x1 + x3, binomial, patients,
                     control = glm.control(epsilon = 1e-14)))
parts <- sapply(c(TRUE, FALSE), function(side) {
  here <- patients[treated == side, ]
  curve <- prodlim(Hist(time, cause) ~ 1, data = here)
  here$value <- jackknife(curve, times = horizon, cause = 1)[, 1]
  model <- lm(value ~ trial + x1 + x3, here)
  expected <- predict(model, patients)
  probability <- if (side) chance else 1 - chance
  mended <- expected
  mended[treated == side] <- expected[treated == side] +
    (here$value - expected[treated == side]) / probability[treated == side]
  mended
})
note("risk_treated", mean(parts[, 1]))
note("risk_untreated", mean(parts[, 2]))
note("difference", mean(parts[, 1] - parts[, 2]))
note("error", sd(parts[, 1] - parts[, 2]) / sqrt(nrow(patients)))

# ---- clones: start at entry_time + 1 where x2 is positive -----------------------------------------
start <- ifelse(treated, patients$entry_time + 1, Inf)
time <- pmax(patients$time, 0.5)
start[start >= time] <- Inf
end <- 4
starting <- data.frame(time = pmin(time, start), started = is.finite(start),
                       x1 = patients$x1, x3 = patients$x3)
model <- coxph(Surv(time, started) ~ x1 + x3, starting, ties = "breslow",
               control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50))
risk_of <- exp(predict(model, type = "lp", reference = "zero"))
zero <- survfit(model, data.frame(x1 = 0, x3 = 0), stype = 2, ctype = 1)
own <- stepfun(zero$time, c(0, zero$cumhaz))
whole <- survfit(Surv(time, started) ~ 1, starting, stype = 2, ctype = 1)
together <- stepfun(whole$time, c(0, whole$cumhaz))
edges <- sort(unique(c(seq(0, 100, by = 1), end)))
edges <- edges[edges < max(start[is.finite(start)], end) + 1]
staying <- function(i, t) exp(-own(t) * risk_of[i])
begun <- function(t) 1 - exp(-together(t))
pieces <- do.call(rbind, lapply(seq_along(time), function(i) {
  stop <- min(time[i], start[i])
  left <- edges[edges < stop]
  right <- pmin(c(edges[-1], Inf)[seq_along(left)], stop)
  before <- data.frame(i, left, right, after = FALSE, cause = 0,
    never = 1 / staying(i, left),
    soon = ifelse(left >= end, 0, (begun(end) - begun(left)) / begun(end)) / staying(i, left))
  if (!is.finite(start[i])) {
    before$cause[nrow(before)] <- patients$cause[i]
    return(before)
  }
  low <- max(edges[edges < start[i]]); high <- min(c(edges[edges >= start[i]], Inf))
  weight <- if (high <= end) ((begun(high) - begun(low)) / begun(end)) /
    (staying(i, low) - staying(i, high)) else 0
  rbind(before, data.frame(i, left = start[i], right = time[i], after = TRUE,
                           cause = patients$cause[i], never = 0, soon = weight))
}))
for (strategy in c("soon", "never")) {
  used <- pieces[pieces[[strategy]] > 0 & pieces$right > pieces$left, ]
  curve <- survfit(Surv(left, right, factor(cause, 0:2)) ~ 1, used,
                   weights = used[[strategy]], id = seq_len(nrow(used)))
  for (at in c(6, horizon)) {
    note(paste0(strategy, "_", at), summary(curve, times = at)$pstate[2])
  }
  inside <- curve$time < horizon
  steps <- c(0, curve$pstate[inside, 2])
  note(paste0(strategy, "_free"),
       horizon - sum(steps * diff(c(0, curve$time[inside], horizon))))
}
# ---- a jump at a cut: two weighted straight lines, errors by the sandwich (HC1) --------------------
running <- patients$x2
above <- as.numeric(running >= 0)
near <- abs(running) < 1.5
close <- data.frame(time = patients$time, above, running, share = 1 - abs(running) / 1.5)[near, ]
local <- lm(time ~ above * running, close, weights = share)
design <- model.matrix(local)
weight <- weights(local)
bread <- solve(t(design) %*% (design * weight))
scores <- design * (weight * residuals(local))
covariance <- bread %*% crossprod(scores) %*% bread * nrow(design) / (nrow(design) - 4)
note("jump", coef(local)["above"])
note("jump_error", sqrt(covariance[2, 2]))
note("jump_below", coef(local)["(Intercept)"])
write_rows(do.call(rbind, rows))
