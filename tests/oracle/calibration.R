# Calibration at day 12 by pseudo-values: Rscript calibration.R > calibration.csv
suppressPackageStartupMessages({library(prodlim); library(rms)})
source("sample.R")
write_versions("prodlim", "rms", "survival")
patients <- make_sample()
patients$risk <- with(patients, 1 - exp(-exp(-0.9 + 0.5 * x1 + 0.4 * x2 + 0.2 * x3)))
cll <- log(-log(1 - patients$risk))
z <- qnorm(0.975)

solve_equations <- function(design, pseudo, offset, start) {
  fit <- glm.fit(design, pseudo, offset = offset, start = start, intercept = FALSE,
    family = quasi(link = "cloglog", variance = "constant"), control = list(epsilon = 1e-15, maxit = 500))
  eta <- offset + design %*% fit$coefficients
  slopes <- as.numeric(exp(eta - exp(eta))) * design
  bread <- solve(crossprod(slopes))
  list(b = fit$coefficients, v = bread %*% crossprod(slopes * as.numeric(pseudo - (1 - exp(-exp(eta))))) %*% bread)
}

rows <- NULL
for (case in c("survival", "competing")) {
  if (case == "survival") {
    fit <- prodlim(Hist(time, event) ~ 1, data = patients)
    pseudo <- 1 - jackknife(fit, times = 12)[, 1]
  } else {
    fit <- prodlim(Hist(time, cause) ~ 1, data = patients)
    pseudo <- jackknife(fit, times = 12, cause = 1)[, 1]
  }
  large <- solve_equations(matrix(1, length(cll)), pseudo, cll, 0)
  line <- solve_equations(cbind(1, cll), pseudo, 0 * cll, c(0, 1))
  knots <- quantile(cll, c(0.05, 0.35, 0.65, 0.95))
  basis <- function(x) cbind(1, x, rcspline.eval(x, knots = knots, norm = 2))
  smooth <- solve_equations(basis(cll), pseudo, 0 * cll, c(0, 1, 0, 0))
  fitted <- 1 - exp(-exp(basis(cll) %*% smooth$b))
  grid <- seq(quantile(cll, 0.01), quantile(cll, 0.99), length.out = 101)[c(1, 26, 51, 76, 101)]
  eta <- basis(grid) %*% smooth$b
  error <- sqrt(diag(basis(grid) %*% smooth$v %*% t(basis(grid))))
  distance <- abs(fitted - patients$risk)
  values <- c(
    mean_predicted = mean(patients$risk), intercept = large$b[[1]], intercept_error = sqrt(large$v[1, 1]),
    slope = line$b[[2]], slope_error = sqrt(line$v[2, 2]), mean_absolute_error = mean(distance),
    median_absolute_error = median(distance), error_90 = quantile(distance, 0.9, names = FALSE),
    curve = 1 - exp(-exp(eta)), lower = 1 - exp(-exp(eta - z * error)), upper = 1 - exp(-exp(eta + z * error)),
    pseudo = pseudo
  )
  rows <- rbind(rows, data.frame(case, measure = names(values), value = as.numeric(values)))
}
write_rows(rows)
