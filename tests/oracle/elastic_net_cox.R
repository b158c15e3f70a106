# Elastic-net Cox paths of glmnet: Rscript elastic_net_cox.R > elastic_net_cox.csv
suppressPackageStartupMessages({library(survival); library(glmnet)})
source("sample.R")
write_versions("survival", "glmnet")
patients <- make_sample()
x <- with(patients, cbind(x1, x2, x3, x1 * x2, x2^2, x3 * x2))
response <- Surv(patients$time, patients$event)
entered <- Surv(patients$entry_time, patients$time, patients$event)
# without this glmnet's path stops early and its outer loop at changes of 1e-6
glmnet.control(fdev = 0, epsnr = 1e-15, mxitnr = 1e5)
penalty <- c(0.2, 0.1, 0.05, 0.01, 0.001)
fit <- function(case, y, ...) {
  path <- glmnet(x, y, family = "cox", thresh = 1e-16, maxit = 1e7, ...)
  values <- t(as.matrix(coef(path)))
  data.frame(
    case, penalty = path$lambda[c(row(values))], i = c(row(values)) - 1, j = c(col(values)) - 1,
    value = c(values)
  )
}
write_rows(rbind(
  fit("lasso", response, lambda = penalty),
  fit("half", response, alpha = 0.5, lambda = penalty),
  fit("ridge", response, alpha = 0, lambda = penalty),
  fit("path", response, nlambda = 6),
  fit("strata", stratifySurv(response, patients$stratum), alpha = 0.5, lambda = penalty),
  fit("entry", entered, alpha = 0.5, lambda = penalty),
  fit("weights", response, alpha = 0.3, lambda = penalty, weights = patients$weights,
      penalty.factor = c(0, 1, 1, 1, 2, 1)),
  fit("offset", response, alpha = 0.5, lambda = penalty, offset = 0.3 * patients$x1 * patients$x3),
  fit("as_is", response, lambda = penalty, standardize = FALSE)
))
