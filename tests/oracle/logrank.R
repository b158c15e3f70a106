# Log-rank tests: Rscript logrank.R > logrank.csv
# Delayed entry is not in survdiff; without ties its score test in coxph is the same test.
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()
untied <- patients
untied$time <- untied$time + seq_len(nrow(untied)) / 1000

describe_test <- function(case, fit) {
  total <- function(values) if (is.matrix(values)) rowSums(values) else values
  data.frame(
    case = case, group = sub("group=", "", names(fit$n)), n = as.numeric(fit$n),
    observed = total(fit$obs), expected = total(fit$exp), chi_square = fit$chisq,
    p_value = fit$pvalue
  )
}
rows <- rbind(
  describe_test("two_groups", survdiff(Surv(time, event) ~ group, patients, group != "C")),
  describe_test("three_groups", survdiff(Surv(time, event) ~ group, patients)),
  describe_test("strata", survdiff(Surv(time, event) ~ group + strata(stratum), patients))
)
for (case in c("entry", "entry_strata")) {
  model <- if (case == "entry") Surv(entry_time, time, event) ~ group else
    Surv(entry_time, time, event) ~ group + strata(stratum)
  score <- coxph(model, untied, control = coxph.control(iter.max = 0))$score
  rows <- rbind(rows, data.frame(
    case = case, group = "", n = nrow(untied), observed = NA, expected = NA, chi_square = score,
    p_value = pchisq(score, 2, lower.tail = FALSE)
  ))
}
write_rows(rows)
