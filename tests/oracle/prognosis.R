# Prognosis of three markers in three trials: Rscript prognosis.R > prognosis.csv
suppressPackageStartupMessages({library(survival); library(cmprsk); library(metafor); library(splines)})
source("sample.R")
write_versions("survival", "cmprsk", "metafor")
p <- read.csv("prognosis_patients.csv")
p$male <- as.numeric(p$sex == "male")
if (sum(p$male) > sum(1 - p$male)) p$male <- 1 - p$male  # the most frequent is the reference
p$lw <- log2(p$wbc_10e9_per_l + 0.1)
knots <- quantile(p$age_years, c(1, 2) / 3)
p[c("a1", "a2", "a3")] <- ns(p$age_years, knots = knots, Boundary.knots = range(p$age_years))
p$OS <- as.numeric(p$cause != 0)
p$relapse <- as.numeric(p$cause == 1)
control <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50)
rows <- list()
say <- function(marker, endpoint, quantity, estimate, se = NA, trial = "") {
  rows[[length(rows) + 1]] <<- data.frame(marker, endpoint, quantity, trial, estimate = as.numeric(estimate), se = as.numeric(se))
}
last <- function(fit) c(rev(coef(fit))[1], sqrt(rev(diag(vcov(fit)))[1]))
adjusted <- "a1 + a2 + a3 + male + lw"
for (marker in c("IKZF1_del", "NRAS", "TP53")) {
  for (endpoint in c("OS", "CIR")) {
    d <- p[p[[marker]] != "not_tested", ]
    d$m <- as.numeric(d[[marker]] == "present")
    d$e <- if (endpoint == "OS") d$OS else d$relapse
    cox <- function(terms, data = d) coxph(as.formula(paste("Surv(time, e) ~", terms)), data, control = control)
    for (model in c("none", "adjusted")) {
      terms <- if (model == "none") "m" else paste(adjusted, "+ m")
      whole <- last(cox(paste(terms, "+ strata(trial_id)")))
      say(marker, endpoint, paste0("cox_", model), whole[1], whole[2])
      each <- sapply(c("A", "B", "C"), function(k) last(cox(terms, d[d$trial_id == k, ])))
      for (k in colnames(each)) say(marker, endpoint, paste0("cox_", model), each[1, k], each[2, k], k)
      fit <- rma(each[1, ], sei = each[2, ], method = "REML", test = "knha",
                 control = list(threshold = 1e-12, maxiter = 10000))
      tag <- paste0("two_stage_", model)
      say(marker, endpoint, tag, fit$beta, fit$se)
      say(marker, endpoint, paste0(tag, "_lower"), fit$ci.lb)
      say(marker, endpoint, paste0(tag, "_upper"), fit$ci.ub)
      say(marker, endpoint, paste0(tag, "_p"), fit$pval)
      say(marker, endpoint, paste0(tag, "_tau2"), fit$tau2)
      say(marker, endpoint, paste0(tag, "_i2"), fit$I2 / 100)
      say(marker, endpoint, paste0(tag, "_prediction_lower"), predict(fit)$pi.lb)
      say(marker, endpoint, paste0(tag, "_prediction_upper"), predict(fit)$pi.ub)
      if (model == "adjusted") {
        left <- leave1out(fit)
        for (k in 1:3) say(marker, endpoint, "leave_one_out", left$estimate[k], left$se[k], c("A", "B", "C")[k])
      }
    }
    stratified <- cox(paste(adjusted, "+ m + strata(trial_id)"))
    say(marker, endpoint, "zph_p", cox.zph(stratified, global = FALSE)$table["m", "p"])
    cut <- 2 * 365.25
    parts <- survSplit(Surv(time, e) ~ ., d, cut = cut, episode = "part", start = "from")
    for (part in 1:2) {
      fit <- coxph(as.formula(paste("Surv(from, time, e) ~", adjusted, "+ m + strata(trial_id)")),
                   parts[parts$part == part, ], control = control)
      say(marker, endpoint, c("cox_early", "cox_late")[part], last(fit)[1], last(fit)[2])
    }
    interaction <- sapply(c("A", "B", "C"), function(k) {
      x <- d[d$trial_id == k, ]
      x$decade <- x$age_years / 10
      last(cox(paste(adjusted, "+ m + m:decade"), x))
    })
    fit <- rma(interaction[1, ], sei = interaction[2, ], method = "REML", test = "knha",
               control = list(threshold = 1e-12, maxiter = 10000))
    say(marker, endpoint, "age_per_decade", fit$beta, fit$se)
    if (endpoint == "OS") {
      # transplantation as a covariate that changes with time: two spans
      d$id <- seq_len(nrow(d))
      base <- d[c("id", "trial_id", "a1", "a2", "a3", "male", "lw", "m")]
      long <- tmerge(base, d, id = id, event = event(time, e), hct = tdc(transplant))
      fit <- coxph(as.formula(paste("Surv(tstart, tstop, event) ~", adjusted, "+ hct + m + strata(trial_id)")),
                   long, control = control)
      say(marker, endpoint, "transplant", last(fit)[1], last(fit)[2])
      reached <- d[d$time > 0.5 * 365.25, ]
      reached$hct <- as.numeric(!is.na(reached$transplant) & reached$transplant <= 0.5 * 365.25)
      fit <- cox(paste(adjusted, "+ hct + m + strata(trial_id)"), reached)
      say(marker, endpoint, "landmark", last(fit)[1], last(fit)[2])
      one <- d[d$trial_id == "B", ]
    } else {
      one <- d[d$trial_id == "B", ]
      x <- as.matrix(one[c("male", "lw", "m")])
      fit <- crr(one$time, one$cause, x, gtol = 1e-12)
      say(marker, endpoint, "fine_gray_B", rev(fit$coef)[1], sqrt(rev(diag(fit$var))[1]), "B")
      tests <- cuminc(d$time, d$cause, d$m, d$trial_id)$Tests
      say(marker, endpoint, "gray_p", tests[1, "pv"])
    }
  }
}
write.csv(do.call(rbind, rows), row.names = FALSE, quote = FALSE, na = "")
