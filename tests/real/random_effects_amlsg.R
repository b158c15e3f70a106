# CoxRFX on AMLSG by coxph with ridge terms, the variances updated in a plain loop. The rows hold
# patients and stay outside of the repository; what is written are effects and variances only.
# cd tests; python -m real.amlsg_anchor ROWS; Rscript real/random_effects_amlsg.R ROWS > real/random_effects_amlsg.csv
suppressPackageStartupMessages(library(survival))
file <- commandArgs(TRUE)[1]
groups <- unlist(read.csv(file, nrows = 1, colClasses = "character", check.names = FALSE))[-(1:3)]
rows <- read.csv(file, skip = 2, header = FALSE)
names(rows) <- strsplit(readLines(file, 1), ",")[[1]]
x <- as.matrix(rows[, -(1:3)])
labels <- sort(unique(groups))
parts <- lapply(labels, function(group) x[, groups == group, drop = FALSE])
sums <- sapply(parts, rowSums)
terms <- sprintf("ridge(parts[[%d]], theta = theta[%d], scale = FALSE)", seq_along(labels), seq_along(labels))
model <- as.formula(paste("Surv(entry, time, event) ~", paste(terms, collapse = " + "), "+ sums"))
control <- coxph.control(eps = 1e-11, iter.max = 100)
place <- order(match(groups, labels))
variance <- rep(0.1, length(labels))
for (round in 1:200) {
  theta <- 1 / variance
  fit <- coxph(model, rows, control = control)
  before <- variance
  deviation <- numeric(length(groups))
  deviation[place] <- coef(fit)[seq_along(groups)]
  for (group in seq_along(labels))
    variance[group] <- sum(deviation[groups == labels[group]]^2) / fit$df[group]
  message(round, " ", max(abs(variance / before - 1)))
  if (max(abs(variance / before - 1)) < 1e-7) break
}
means <- coef(fit)[length(groups) + seq_along(labels)]
cat("# R", as.character(getRversion()), "survival", as.character(packageVersion("survival")), "\n")
result <- rbind(
  data.frame(quantity = "group_variance", name = labels, value = variance),
  data.frame(quantity = "group_mean", name = labels, value = means),
  data.frame(quantity = "log_hazard_ratio", name = colnames(x), value = deviation + means[match(groups, labels)])
)
result$value <- format(result$value, digits = 12, trim = TRUE)
write.csv(result, row.names = FALSE, quote = FALSE)
