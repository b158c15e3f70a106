# Pooled effects and meta-regressions, iterated until rounding stops them: Rscript pooling.R > pooling.csv
suppressPackageStartupMessages(library(metafor))
source("sample.R")
write_versions("metafor")

effects <- list(
  few = list(y = c(0.21, -0.15, 0.62), s = c(0.15, 0.22, 0.31)),
  many = list(
    y = c(-0.35, 0.12, -0.61, -0.09, -0.44, 0.28, -0.78, -0.2, -0.05, -0.51, 0.03, -0.33),
    s = c(0.18, 0.25, 0.31, 0.12, 0.2, 0.4, 0.35, 0.09, 0.22, 0.15, 0.28, 0.5)
  ),
  alike = list(y = c(0.1, 0.13, 0.07, 0.12), s = c(0.2, 0.3, 0.25, 0.1)),
  scattered = list(y = c(3, -2, 5, 0.5, -4), s = c(0.1, 0.2, 0.1, 0.05, 0.3))
)
x <- c(0.2, 1.5, -0.7, 0.9, 1.1, -1.3, 0.4, 2.2, -0.2, 0.6, 1.8, -0.9)
arm <- rep(c(0, 1), 6)
control <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-14)
words <- c(REML = "reml", FE = "fixed", PM = "pm", DL = "dl")

describe <- function(case, method, knapp, level, y, s, mods = NULL) {
  test <- if (knapp) "knha" else "z"
  arguments <- list(y, sei = s, method = method, test = test, level = level, control = control)
  if (!is.null(mods)) arguments$mods <- mods
  fit <- do.call(rma, arguments)
  random <- method != "FE"
  limits <- if (random) confint(fit, control = list(tol = 1e-14, tau2.max = 1e4))$random["tau^2", ] else c(NA, NA, NA)
  predicted <- if (is.null(mods) && random) predict(fit) else list(pi.lb = NA, pi.ub = NA)
  data.frame(
    case = case, method = words[[method]], hartung_knapp = knapp, conf_level = level / 100,
    coefficient = seq_along(fit$beta) - 1, estimate = as.numeric(fit$beta), standard_error = fit$se,
    lower = fit$ci.lb, upper = fit$ci.ub, statistic = fit$zval, p_value = fit$pval,
    prediction_lower = as.numeric(predicted$pi.lb), prediction_upper = as.numeric(predicted$pi.ub),
    tau2 = fit$tau2, tau2_lower = limits[[2]], tau2_upper = limits[[3]], i_squared = fit$I2 / 100,
    q = fit$QE, q_p_value = fit$QEp, moderator_statistic = fit$QM, moderator_p_value = fit$QMp,
    r_squared = if (is.null(mods) || !random) NA else fit$R2 / 100
  )
}

rows <- NULL
for (case in names(effects)) for (method in names(words)) for (knapp in c(TRUE, FALSE)) {
  if (method == "FE" && knapp) next
  for (level in c(95, 80)) {
    rows <- rbind(rows, with(effects[[case]], describe(case, method, knapp, level, y, s)))
  }
}
for (method in names(words)) for (knapp in c(TRUE, FALSE)) {
  if (method == "FE" && knapp) next
  with(effects$many, {
    rows <<- rbind(rows, describe("one_moderator", method, knapp, 95, y, s, cbind(x)))
    rows <<- rbind(rows, describe("two_moderators", method, knapp, 95, y, s, cbind(x, arm)))
  })
}
write_rows(rows)
