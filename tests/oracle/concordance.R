# Concordance of the patients: Rscript concordance.R > concordance.csv
suppressPackageStartupMessages(library(survival))
source("sample.R")
write_versions("survival")
patients <- make_sample()
patients$first <- with(patients, x1 + 0.5 * x2)
patients$second <- with(patients, x1 + 2 * x3)

rows <- NULL
for (entry in c(FALSE, TRUE)) for (stratified in c(FALSE, TRUE)) for (weighted in c(FALSE, TRUE)) {
  for (competing in c(FALSE, TRUE)) for (clustered in c(FALSE, TRUE)) for (timewt in c("n", "n/G2")) for (ymax in c(NA, 12)) {
    if (entry && timewt != "n") next
    # who has cause 2 will never have cause 1
    if (competing && timewt != "n") next
    time <- with(patients, if (competing) ifelse(cause == 2, 1000, time) else time)
    event <- with(patients, if (competing) cause == 1 else event)
    response <- if (entry) Surv(patients$entry_time, time, event) else Surv(time, event)
    measure <- function(score) {
      arguments <- list(response, patients[[score]], timewt = timewt, influence = 3, reverse = TRUE)
      if (stratified) arguments$strata <- patients$stratum
      if (weighted) arguments$weights <- patients$weights
      if (clustered) arguments$cluster <- patients$cluster
      if (!is.na(ymax)) arguments$ymax <- ymax
      do.call(concordancefit, arguments)
    }
    fits <- list(first = measure("first"), second = measure("second"))
    difference <- with(fits, sqrt(sum((first$dfbeta - second$dfbeta)^2)))
    for (score in names(fits)) {
      count <- fits[[score]]$count
      if (is.matrix(count)) count <- colSums(count)
      rows <- rbind(rows, data.frame(
        entry, competing, stratified, weighted, clustered, timewt, ymax, score,
        concordance = fits[[score]]$concordance, standard_error = sqrt(fits[[score]]$var),
        n_concordant = count[[1]], n_discordant = count[[2]], n_tied_score = count[[3]],
        n_tied_time = count[[4]] + count[[5]], difference_error = difference
      ))
    }
  }
}
write_rows(rows)
