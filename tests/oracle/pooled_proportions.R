# Random-effects proportions: Rscript pooled_proportions.R > pooled_proportions.csv
suppressPackageStartupMessages({library(lme4); library(metafor)})
source("sample.R")
write_versions("lme4", "metafor")
trials <- list(
  usual = list(x = c(12, 30, 7, 55, 21, 3), n = c(120, 190, 95, 310, 260, 64)),
  rare = list(x = c(0, 1, 3, 0, 2, 0, 9), n = c(40, 55, 120, 33, 210, 18, 150)),
  alike = list(x = c(10, 21, 40), n = c(50, 100, 200)),
  wide = list(x = c(1, 90, 20, 4, 60), n = c(100, 100, 80, 5, 62))
)
rows <- NULL
for (case in names(trials)) {
  data <- within(as.data.frame(trials[[case]]), id <- factor(seq_along(x)))
  control <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 1e-2, rhoend = 1e-10, maxfun = 1e5),
    boundary.tol = 0, tolPwrss = 1e-9)
  fit <- suppressMessages(suppressWarnings(glmer(cbind(x, n - x) ~ 1 + (1 | id), data, binomial, nAGQ = 25, control = control)))
  tau <- as.numeric(getME(fit, "theta"))
  rows <- rbind(rows, data.frame(
    case = case, logit = as.numeric(fixef(fit)), standard_error = as.numeric(sqrt(vcov(fit)[1, 1])),
    tau2 = tau^2, metafor_logit = as.numeric(suppressWarnings(rma.glmm(xi = x, ni = n, measure = "PLO", data = data, nAGQ = 25))$beta)
  ))
}
write_rows(rows)
