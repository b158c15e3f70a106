# Weighted log-rank tests and trend: Rscript log_rank_family.R > log_rank_family.csv
# survdiff knows rho only; gamma and delayed entry are a plain second implementation here.
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()

by_hand <- function(data, rho, gamma) {
  groups <- sort(unique(data$group))
  difference <- numeric(length(groups))
  variance <- matrix(0, length(groups), length(groups))
  for (part in split(data, data$stratum)) {
    surviving <- 1
    for (t in sort(unique(part$time[part$event == 1]))) {
      at_risk <- part$entry_time < t & part$time >= t
      dies <- part$time == t & part$event == 1
      n <- sapply(groups, function(g) sum(at_risk & part$group == g))
      d <- sapply(groups, function(g) sum(dies & part$group == g))
      share <- n / sum(n)
      weight <- surviving^rho * (1 - surviving)^gamma
      difference <- difference + weight * (d - sum(d) * share)
      if (sum(n) > 1) variance <- variance + weight^2 * sum(d) * (sum(n) - sum(d)) / (sum(n) - 1) *
        (diag(share) - outer(share, share))
      surviving <- surviving * (1 - sum(d) / sum(n))
    }
  }
  list(difference = difference, variance = variance)
}
rows <- NULL
add <- function(case, rho, gamma, difference, variance) {
  used <- -1
  chi_square <- difference[used] %*% solve(variance[used, used], difference[used])
  s <- c(1, 2, 4)
  trend <- sum(s * difference) / sqrt(s %*% variance %*% s)
  rows <<- rbind(rows, data.frame(case, rho, gamma, chi_square = c(chi_square), trend = c(trend)))
}
total <- function(values) if (is.matrix(values)) rowSums(values) else values
for (rho in c(0, 0.5, 1)) {
  test <- survdiff(Surv(time, event) ~ group, patients, rho = rho)
  add("plain", rho, 0, test$obs - test$exp, test$var)
  test <- survdiff(Surv(time, event) ~ group + strata(stratum), patients, rho = rho)
  add("strata", rho, 0, total(test$obs) - total(test$exp), test$var)
}
whole <- transform(patients, stratum = "all", entry_time = -1)
for (powers in list(c(0, 1), c(1, 1), c(0.5, 2))) {
  found <- by_hand(whole, powers[1], powers[2])
  add("plain", powers[1], powers[2], found$difference, found$variance)
  found <- by_hand(patients, powers[1], powers[2])
  add("entry_strata", powers[1], powers[2], found$difference, found$variance)
}
write_rows(rows)
