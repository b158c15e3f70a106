# Made-up patients of three trials with three markers: Rscript prognosis_patients.R > prognosis_patients.csv
set.seed(20)
n <- c(A = 220, B = 180, C = 140)
trial <- rep(names(n), n)
total <- sum(n)
age <- round(c(runif(n[1], 1, 17.9), runif(n[2], 14, 45), runif(n[3], 18, 64)), 1)
sex <- sample(c("female", "male"), total, replace = TRUE)
wbc <- round(exp(rnorm(total, 3, 1)), 1)
status <- function(share, tested) {
  ifelse(runif(total) < tested, ifelse(runif(total) < share, "present", "absent"), "not_tested")
}
TP53 <- status(0.2, 0.8)
IKZF1_del <- status(0.3, 0.9)
NRAS <- status(0.25, 0.7)
spread <- c(A = -0.9, B = 0.3, C = 1.0)[trial]
risk <- exp(0.7 * (TP53 == "present") + spread * (IKZF1_del == "present") + 0.02 * age)
relapse <- rexp(total, risk / 3500)
death <- rexp(total, exp(0.03 * age) / 9000)
censoring <- runif(total, 300, 3500)
time <- pmax(1, round(pmin(relapse, death, censoring)))
cause <- ifelse(pmin(relapse, death) > censoring, 0, ifelse(relapse < death, 1, 2))
transplant <- ifelse(runif(total) < 0.25, round(runif(total, 60, 400)), NA)
transplant[!is.na(transplant) & transplant >= time] <- NA
write.csv(
  data.frame(patient_id = sprintf("P%03d", seq_len(total)), trial_id = trial, age_years = age, sex,
             wbc_10e9_per_l = wbc, TP53, IKZF1_del, NRAS, time, cause, transplant),
  row.names = FALSE, quote = FALSE, na = ""
)
