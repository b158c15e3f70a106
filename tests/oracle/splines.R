# Splines: Rscript splines.R > splines.csv
# ns and rcs of a covariate, at values beyond its range too, and Cox models with them.
suppressPackageStartupMessages({library(survival); library(splines); library(rms)})
source("sample.R")
write_versions("survival", "rms")
patients <- make_sample()
x <- patients$x2
new <- c(-4, -1.99, -0.3, 0, 0.77, 1.5, 2.6)
rows <- NULL
add <- function(case, where, basis) for (column in seq_len(ncol(basis))) {
  rows <<- rbind(rows, data.frame(case, where, column, row = seq_len(nrow(basis)) - 1, value = as.numeric(basis[, column])))
}
for (df in 1:5) {
  basis <- ns(x, df = df)
  add(paste0("ns", df), "data", unclass(basis))
  add(paste0("ns", df), "new", unclass(predict(basis, new)))
}
basis <- ns(x, knots = c(-1, 0.2))
add("ns_knots", "data", unclass(basis))
add("ns_knots", "new", unclass(predict(basis, new)))
for (k in 3:5) {
  knots <- attr(rcs(x, k), "parms")
  add(paste0("rcs", k), "data", rcspline.eval(x, knots = knots, inclx = TRUE))
  add(paste0("rcs", k), "new", rcspline.eval(new, knots = knots, inclx = TRUE))
}
control <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)
fit <- coxph(Surv(time, event) ~ ns(x2, df = 3) * x1 + strata(stratum), patients, control = control)
add("cox", "estimate", cbind(coef(fit)))
add("cox", "error", cbind(sqrt(diag(vcov(fit)))))
write_rows(rows)
