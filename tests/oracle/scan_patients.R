# Made-up patients of three trials with five markers: Rscript scan_patients.R > scan_patients.csv
source("sample.R")
n <- 900
u <- matrix(draw(n * 20, 20260601), n)
trial <- c("A", "B", "C")[1 + floor(3 * u[, 1])]
age <- round(ifelse(trial == "A", 1 + 16 * u[, 2], 18 + 50 * u[, 2]), 1)
sex <- ifelse(u[, 3] < 0.55, "male", "female")
lineage <- ifelse(u[, 4] < 0.2, "T", "B")
wbc <- round(exp(2.5 + 3 * (u[, 5] - 0.5)), 1)
carries <- cbind(u[, 6] < 0.35, u[, 7] < 0.3, u[, 8] < 0.25, u[, 9] < 0.5, u[, 10] < 0.4)
markers <- ifelse(u[, 11:15] < c(0.2, 0.3, 0.1, 0.2, 0.4), NA, as.integer(carries))
colnames(markers) <- paste0("M", 1:5)
own <- c(A = 0.9, B = 0.2, C = -0.2)[trial]
risk <- 0.02 * age + own * carries[, 1] + 0.5 * carries[, 2] * (age > 30) - 0.3 * carries[, 3]
death <- ceiling(-log(u[, 16]) * 2500 * exp(-risk))
relapse <- ceiling(-log(u[, 17]) * 1500 * exp(-risk))
follow <- ceiling(600 + 3000 * u[, 18])
remission <- u[, 19] < 0.9
wbc[u[, 20] < 0.04] <- NA
os_time <- pmin(death, follow)
cir_time <- pmin(relapse, death, follow)
cir_cause <- ifelse(relapse <= pmin(death, follow), 1L, ifelse(death <= follow, 2L, 0L))
cat("# made up by scan_patients.R\n")
rows <- data.frame(
  id = sprintf("P%03d", seq_len(n)), trial, age, sex, lineage, wbc, markers,
  os_time, os_event = as.integer(death <= follow), remission = as.integer(remission),
  cir_time, cir_cause
)
write_rows(rows)
