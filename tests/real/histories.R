# Second implementation of histories on the real data beside the repository; prints what
# test_histories_real.py holds. Run here: Rscript histories.R
suppressPackageStartupMessages(library(survival))
data <- "../../../shared/data"
order_of <- c(fail = 1, cr = 2, rel = 3, tx = 4, death = 5)

enter <- function(state, what, phase) {
  if (what %in% c("death", "rel")) return(what)
  if (what == "fail") return(if (state == "ind") "fail" else state)
  if (what == "cr") return(if (state %in% c("ind", "fail")) "cr" else state)
  if (state == "rel") return("tx_rel")
  if (startsWith(state, "tx")) return(state)
  if (state == "cr") return("tx_cr1")
  if (phase %in% "CR1") "tx_cr1" else if (phase %in% c("CR2", "CR3", "CR4")) "tx_rel" else "tx_other"
}

follow <- function(id, events, last, start, phase) {
  events <- events[!is.na(events)]
  events <- events[order(events, order_of[names(events)])]
  rows <- NULL
  state <- start
  now <- 0
  for (what in seq_along(events)) {
    goal <- enter(state, names(events)[what], phase)
    if (goal == state) next
    end <- events[[what]]
    if (end <= now) end <- now + 0.5 # two changes on one day: half a day apart
    rows <- rbind(rows, data.frame(id, entry = now, exit = end, from = state, to = goal))
    state <- goal
    now <- end
    if (state == "death") return(rows)
  }
  if (last > now) rows <- rbind(rows, data.frame(id, entry = now, exit = last, from = state, to = "cens"))
  rows
}

show <- function(rows, start) {
  print(table(rows$from, rows$to))
  states <- c(start, setdiff(sort(unique(c(rows$from, rows$to))), c(start, "cens")))
  rows$to <- factor(rows$to, c("cens", states))
  rows$from <- factor(rows$from, states)
  fit <- survfit(Surv(entry, exit, to) ~ 1, rows, id = id, istate = from)
  at <- summary(fit, times = 365.25 * c(1, 5))$pstate
  colnames(at) <- fit$states
  print(at, digits = 10)
}

ebmt <- read.csv(file.path(data, "ebmt/ebmt4.csv"))
show(do.call(rbind, lapply(seq_len(nrow(ebmt)), function(i) with(ebmt[i, ], follow(
  i, round(c(rel = if (rel.s) rel else NA, death = if (srv.s) srv else NA)), round(srv), "tx_other", NA
)))), "tx_other")

aml <- read.csv(file.path(data, "aml-multistage/clinical.csv"), na.strings = c("NA", ""))
failed <- aml$ereignart %in% c("RD_after_Ind1", "RD_or_PR_after_Ind2")
day <- ifelse(is.na(aml$TPL_date), aml$Time_Diag_TPL, aml$TPL_date)
show(do.call(rbind, lapply(seq_len(nrow(aml)), function(i) with(aml[i, ], follow(
  i, c(fail = if (failed[i]) efs else NA, cr = CR_date, rel = Recurrence_date,
       tx = if (TPL_o %in% 1) day[i] else NA, death = if (Status == 1) OS else NA), OS, "ind", TPL_Phase
)))), "ind")
