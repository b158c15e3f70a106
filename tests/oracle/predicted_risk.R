# Brier score, AUC, decision curve and reclassification of the patients: Rscript predicted_risk.R > predicted_risk.csv
suppressPackageStartupMessages({library(riskRegression); library(survival); library(prodlim); library(cmprsk)})
source("sample.R")
write_versions("riskRegression", "survival", "prodlim", "cmprsk")
patients <- make_sample()
patients$old <- plogis(with(patients, -0.5 + x1 + 0.5 * x2))
patients$new <- plogis(with(patients, -0.3 + 0.6 * x1 + 1.2 * x3))
horizons <- c(5, 12)
rows <- NULL
add <- function(case, measure, model, place, value, error = NA) {
  rows <<- rbind(rows, data.frame(case, measure, model, place, value = as.numeric(value), error = as.numeric(error)))
}

find_risk <- function(who, competing) {
  if (!any(who)) return(NA)
  data <- patients[who, ]
  # nobody was followed to the horizon: known only when the last one had an event
  if (max(data$time) < 12 && any(data$event[data$time == max(data$time)] == 0)) return(NA)
  if (!competing) return(1 - summary(survfit(Surv(time, event) ~ 1, data), times = 12, extend = TRUE)$surv)
  curve <- cuminc(data$time, data$cause)[["1 1"]]
  if (is.null(curve)) 0 else curve$est[max(which(curve$time <= 12))]
}

for (case in c("survival", "competing", "untied")) {
  data <- patients
  # without ties R's first-order errors and the exact ones agree
  if (case == "untied") data$time <- data$time + seq_len(nrow(data)) / 1000
  formula <- if (case == "competing") Hist(time, cause) ~ 1 else Surv(time, event) ~ 1
  risks <- list(old = cbind(data$old, data$old^2), new = cbind(data$new, data$new^2))
  score <- Score(risks, formula, data = data.table::copy(data), times = horizons, metrics = c("brier", "auc"),
    cens.model = "km", conservative = FALSE, cause = 1, contrasts = list(c(1, 2)), null.model = TRUE)
  with(as.data.frame(score$Brier$score), add(case, "brier", as.character(model), times, Brier, se))
  with(as.data.frame(score$AUC$score), add(case, "auc", as.character(model), times, AUC, se))
  with(as.data.frame(score$Brier$contrasts), add(case, "brier_difference", paste(model, reference, sep = "-"), times, delta.Brier, se))
  with(as.data.frame(score$AUC$contrasts), add(case, "auc_difference", paste(model, reference, sep = "-"), times, delta.AUC, se))
  if (case == "untied") next
  competing <- case == "competing"
  for (threshold in c(0.2, 0.4, 0.6, 0.8)) {
    positive <- patients$old >= threshold
    risk <- if (any(positive)) find_risk(positive, competing) else 0
    benefit <- mean(positive) * (risk - (1 - risk) * threshold / (1 - threshold))
    add(case, "net_benefit", "old", threshold, benefit)
  }
  groups <- lapply(patients[c("old", "new")], cut, breaks = c(-Inf, 0.3, 0.6, Inf), right = FALSE, labels = FALSE)
  for (i in 1:3) for (j in 1:3) {
    who <- groups$old == i & groups$new == j
    add(case, "reclassified", "cell", 10 * i + j, find_risk(who, competing), sum(who))
  }
}
write_rows(rows)
