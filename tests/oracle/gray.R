# Gray's tests: Rscript gray.R > gray.csv
suppressPackageStartupMessages(library(cmprsk))
source("sample.R")
write_versions("cmprsk")
patients <- make_sample()
rows <- NULL
for (groups in c("two", "three")) for (stratified in c(FALSE, TRUE)) for (rho in c(0, 1, -0.5)) {
  chosen <- if (groups == "two") patients[patients$group != "C", ] else patients
  strata <- if (stratified) chosen$stratum else rep("all", nrow(chosen))
  tests <- cuminc(chosen$time, chosen$cause, chosen$group, strata, rho = rho)$Tests
  rows <- rbind(rows, data.frame(
    groups = groups, stratified = stratified, rho = rho, cause = as.integer(rownames(tests)),
    chi_square = tests[, "stat"], p_value = tests[, "pv"], degrees_of_freedom = tests[, "df"]
  ))
}
write_rows(rows)
