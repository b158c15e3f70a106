# Stepwise selection of a Cox model by step(), from nothing: Rscript stepwise.R > stepwise.csv
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- read.csv("scan_patients.csv", comment.char = "#")
for (name in paste0("M", 1:5)) patients[[name]][is.na(patients[[name]])] <- 0
patients$male <- as.numeric(patients$sex == "male")
patients$age <- patients$age / 10
patients$wbc <- log2(patients$wbc)
patients$a2 <- patients$age^2
patients$am <- patients$age * patients$male
patients$aw <- patients$age * patients$wbc
columns <- c("age", "wbc", "male", paste0("M", 1:5), "a2", "am", "aw")
patients <- na.omit(patients[, c("os_time", "os_event", columns)])
whole <- reformulate(columns)
choose <- function(case, price) {
  start <- coxph(Surv(os_time, os_event) ~ 1, data = patients)
  fit <- step(start, scope = list(lower = ~1, upper = whole), direction = "both", k = price, trace = 0)
  data.frame(case, name = names(coef(fit)), value = unname(coef(fit)))
}
write_rows(rbind(choose("aic", 2), choose("bic", log(sum(patients$os_event)))))
