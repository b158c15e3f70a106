# 600 made-up patients with two trials, a number, a marker and a subtype; values are missing more
# often where the patient died: Rscript chained_sample.R > chained_patients.csv
source("sample.R")
make_chained_sample <- function(n = 600) {
  u <- matrix(draw(n * 12, 771103), n)
  trial <- as.numeric(u[, 1] < 0.4)
  age <- round(qnorm(u[, 2]), 3)
  marker <- as.numeric(u[, 3] < plogis(-0.8 + 0.5 * age + 0.4 * trial))
  wbc <- round(0.4 * age + 0.5 * marker + qnorm(u[, 4]), 3)
  subtype <- as.numeric(cut(0.6 * marker - 0.3 * age + qlogis(u[, 5]), c(-Inf, -0.3, 1.2, Inf))) - 1
  rate <- exp(0.7 * marker + 0.4 * wbc + 0.3 * age + 0.4 * (subtype == 1) - 0.5 * (subtype == 2))
  event_time <- -log(u[, 6]) * ifelse(trial == 1, 1, 1.6) / rate
  censoring <- 2.5 * u[, 7]
  time <- round(pmin(event_time, censoring), 4) + 0.0001
  event <- as.numeric(event_time <= censoring)
  marker[u[, 8] < plogis(-1.5 + 1.2 * event - 0.3 * age)] <- NA
  wbc[u[, 9] < plogis(-1.6 + 0.6 * event)] <- NA
  subtype[u[, 10] < plogis(-1.3 + 0.4 * trial)] <- NA
  data.frame(trial, age, marker, wbc, subtype, time, event)
}
if (sys.nframe() == 0) {
  write_versions("stats")
  write_rows(make_chained_sample())
}
