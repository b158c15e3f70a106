# mice, coxph and Rubin's rules on the same patients: Rscript chained_imputation.R > chained_imputation.csv
# 400 imputations, so that what differs is not chance; `monte_carlo` is the error of the estimate
suppressMessages({library(mice); library(survival)})
source("chained_sample.R")
write_versions("mice", "survival", "nnet")
data <- make_chained_sample()
data$hazard <- NA
for (k in unique(data$trial)) {
  rows <- data$trial == k
  data$hazard[rows] <- nelsonaalen(data[rows, ], time, event)
}
data$marker <- factor(data$marker)
data$subtype <- factor(data$subtype)
predictors <- make.predictorMatrix(data)
predictors[, "time"] <- 0
# levels one after another, the most frequent first, each by mice's own logistic draw
mice.impute.sequence <- function(y, ry, x, wy = NULL, ...) {
  if (is.null(wy)) wy <- !ry
  order <- names(sort(table(y[ry]), decreasing = TRUE))
  found <- rep(order[length(order)], length(y))
  known <- ry
  open <- wy
  for (level in order[-length(order)]) {
    target <- ifelse(known, as.numeric(as.character(y) == level), NA)
    rows <- known | open
    drawn <- mice.impute.logreg(factor(target[rows], 0:1), known[rows], x[rows, ], wy = open[rows])
    chosen <- which(open)[drawn == "1"]
    found[chosen] <- level
    open[chosen] <- FALSE
    known <- known & as.character(y) != level
  }
  factor(found[wy], levels(y))
}
rows <- NULL
for (case in list(c("pmm", "sequence"), c("norm", "sequence"), c("pmm", "polyreg"))) {
  number <- case[1]
  methods <- c(trial = "", age = "", marker = "logreg", wbc = number, subtype = case[2], time = "",
               event = "", hazard = "")
  imputed <- mice(data, m = 400, maxit = 5, method = methods, predictorMatrix = predictors,
                  seed = 11, printFlag = FALSE)
  fits <- with(imputed, coxph(Surv(time, event) ~ age + marker + wbc + subtype + strata(trial)))
  pooled <- pool(fits)$pooled
  rows <- rbind(rows, data.frame(
    number, levels = case[2], term = as.character(pooled$term), m = pooled$m, estimate = pooled$estimate,
    standard_error = sqrt(pooled$t), within = pooled$ubar, between = pooled$b,
    monte_carlo = sqrt(pooled$b / pooled$m)
  ))
}
complete <- coxph(Surv(time, event) ~ age + marker + wbc + subtype + strata(trial), data)
rows <- rbind(rows, data.frame(
  number = "complete cases", levels = "", term = names(coef(complete)), m = 1, estimate = coef(complete),
  standard_error = sqrt(diag(vcov(complete))), within = diag(vcov(complete)), between = 0,
  monte_carlo = 0
))
write_rows(rows)
