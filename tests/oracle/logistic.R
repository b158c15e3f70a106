# Logistic regression, exact conditional tests, pooled proportions with t and I2, age splines:
# Rscript logistic.R > logistic.csv
suppressPackageStartupMessages({library(brglm2); library(metafor); library(splines)})
source("sample.R")
write_versions("brglm2", "metafor", "splines")
d <- make_sample(120)
d$present <- d$x3 == 1 | (d$x1 == 1 & d$cause == 2)
rows <- NULL
add <- function(case, term, value) rows <<- rbind(rows, data.frame(case, term, value = as.numeric(value)))
add_fit <- function(case, fit, terms) {
  table <- summary(fit)$coefficients[terms, , drop = FALSE]
  for (term in terms) {
    add(case, paste0(term, ":estimate"), table[term, 1])
    add(case, paste0(term, ":error"), table[term, 2])
    add(case, paste0(term, ":p"), table[term, 4])
  }
}
tight <- glm.control(epsilon = 1e-14, maxit = 100)
fit <- glm(present ~ 0 + stratum + x2 + x1, binomial, d, control = tight)
add_fit("glm", fit, c("stratumnorth", "stratumsouth", "stratumwest", "x2", "x1"))
add("glm", "log_likelihood", logLik(fit))
plain <- glm(present ~ x2, binomial, d, control = tight)
add_fit("plain", plain, c("(Intercept)", "x2"))
firth <- glm(present ~ 0 + stratum + x2 + x1, binomial, d, method = "brglm_fit", type = "AS_mean",
  epsilon = 1e-12, maxit = 1000)
add_fit("firth", firth, c("stratumnorth", "stratumsouth", "stratumwest", "x2", "x1"))
separate <- d$x2 > 1.2
firth <- glm(separate ~ x2, binomial, method = "brglm_fit", data = d, type = "AS_mean",
  epsilon = 1e-12, maxit = 10000)
add_fit("separated", firth, c("(Intercept)", "x2"))
base <- glm(present ~ stratum, binomial, d, control = tight)
score <- anova(base, glm(present ~ stratum + x2, binomial, d, control = tight), test = "Rao")
add("score", "one", score$Rao[2])
score <- anova(base, glm(present ~ stratum + x2 + x1, binomial, d, control = tight), test = "Rao")
add("score", "two", score$Rao[2])
# the curve over age: a natural spline with inner knots at thirds, fixed intercepts of strata
d$age <- 20 + 10 * d$x2
fit <- glm(present ~ 0 + stratum + ns(age, df = 3), binomial, d, control = tight)
straight <- glm(present ~ 0 + stratum + age, binomial, d, control = tight)
flat <- glm(present ~ 0 + stratum, binomial, d, control = tight)
share <- as.numeric(table(d$stratum)) / nrow(d)
basis <- ns(d$age, df = 3)
for (age in c(0, 15.5, 33)) {
  design <- c(share, as.numeric(predict(basis, age)))
  log_odds <- sum(design * coef(fit)); error <- sqrt(as.numeric(design %*% vcov(fit) %*% design))
  add("age_curve", paste0(age, ":proportion"), plogis(log_odds))
  add("age_curve", paste0(age, ":lower"), plogis(log_odds - qnorm(0.975) * error))
  add("age_curve", paste0(age, ":upper"), plogis(log_odds + qnorm(0.975) * error))
}
add("age_curve", "p_any", anova(flat, fit, test = "LRT")[2, "Pr(>Chi)"])
add("age_curve", "p_curved", anova(straight, fit, test = "LRT")[2, "Pr(>Chi)"])
add("age_curve", "trend", anova(flat, straight, test = "Rao")[2, "Pr(>Chi)"])
add("age_curve", "odds_ratio_per_decade", exp(10 * coef(straight)["age"]))
# tables: having and not having the one by the other, in strata
tables <- list(
  usual = array(c(12, 5, 7, 30, 4, 9, 8, 22, 0, 3, 6, 11), c(2, 2, 3)),
  sparse = array(c(2, 0, 1, 9, 1, 3, 0, 5), c(2, 2, 2)),
  never = array(c(0, 6, 7, 20, 0, 3, 4, 11), c(2, 2, 2)),
  strong = array(c(60, 5, 4, 300, 40, 2, 3, 150), c(2, 2, 2))
)
for (case in names(tables)) {
  exact <- mantelhaen.test(tables[[case]], exact = TRUE)
  usual <- mantelhaen.test(tables[[case]], exact = FALSE)
  for (side in 1:2) {
    add(case, c("conditional_lower", "conditional_upper")[side], exact$conf.int[side])
    add(case, c("lower", "upper")[side], usual$conf.int[side])
  }
  add(case, "conditional_odds_ratio", exact$estimate)
  add(case, "odds_ratio", usual$estimate)
  add(case, "p_value", exact$p.value)
}
# proportions pooled over trials: binomial-normal, limits by t
trials <- list(
  pooled_usual = list(x = c(12, 30, 7, 55, 21, 3), n = c(120, 190, 95, 310, 260, 64)),
  pooled_rare = list(x = c(0, 1, 3, 0, 2, 0, 9), n = c(40, 55, 120, 33, 210, 18, 150)),
  pooled_wide = list(x = c(1, 90, 20, 4, 60), n = c(100, 100, 80, 5, 62))
)
for (case in names(trials)) {
  fit <- suppressWarnings(rma.glmm(xi = x, ni = n, measure = "PLO", data = trials[[case]], nAGQ = 25, test = "t"))
  found <- predict(fit)
  add(case, "estimate", plogis(found$pred))
  add(case, "lower", plogis(found$ci.lb)); add(case, "upper", plogis(found$ci.ub))
  add(case, "tau2", fit$tau2); add(case, "i_squared", fit$I2 / 100)
  add(case, "prediction_lower", plogis(found$pi.lb)); add(case, "prediction_upper", plogis(found$pi.ub))
}
write_rows(rows)
