# Made-up patients of three trials with MRD at the end of induction: Rscript risk_patients.R > risk_patients.csv
set.seed(29)
n <- 420
trial <- sample(c("A", "B", "C"), n, replace = TRUE)
log_mrd <- rnorm(n, -4, 1.2)
deleted <- runif(n) < 0.25
status <- ifelse(runif(n) < 0.1, "not_tested", ifelse(deleted, "present", "absent"))
relapse <- 40 + rexp(n, exp(-8.4 + 1.2 * (log_mrd > -4) + 0.7 * deleted))
death <- ifelse(runif(n) < 0.05, runif(n, 3, 32), rexp(n, 1 / 15000))
censoring <- runif(n, 1200, 4000)
time <- pmax(1, ceiling(pmin(relapse, death, censoring)))
kind <- ifelse(pmin(relapse, death) > censoring, "censored", ifelse(relapse < death, "relapse", "death"))
mrd_fraction <- signif(10^pmin(log_mrd, -0.1), 4)
mrd_fraction[runif(n) < 0.1] <- NA
write.csv(
  data.frame(patient_id = sprintf("P%03d", seq_len(n)), trial_id = trial, age_years = round(runif(n, 1, 18), 1),
             wbc_10e9_per_l = round(rexp(n, 1 / 30), 1), time, event_type = kind, mrd_fraction,
             mrd_day = sample(28:33, n, replace = TRUE), status),
  row.names = FALSE, quote = FALSE, na = ""
)
