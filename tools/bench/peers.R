# The calls of R, in a process of its own: loads, then obeys lines on its standard input.
#
# Rscript peers.R CALL FOLDER PART; `run S` and `answer` as in worker.py. Replies start with @.
arguments <- commandArgs(TRUE)
call <- arguments[1]
folder <- arguments[2]
part <- as.integer(arguments[3])
MOST_CALLS <- 5

reply <- function(...) {
  cat("@", ..., "\n")
  flush(stdout())
}
now <- function() as.numeric(Sys.time())
began <- now()
needed <- if (call %in% c("fine_gray", "fine_gray_plain", "incidence")) "cmprsk" else "survival"
if (!suppressPackageStartupMessages(require(needed, character.only = TRUE, quietly = TRUE))) {
  reply("absent", needed)
  quit(status = 0)
}
loaded <- now() - began

read_data <- function() {
  shapes <- read.table(file.path(folder, "shapes.txt"), col.names = c("name", "rows", "columns"))
  data <- list()
  for (i in seq_len(nrow(shapes))) {
    size <- shapes$rows[i] * shapes$columns[i]
    values <- readBin(file.path(folder, paste0(shapes$name[i], ".bin")), "double", size)
    if (shapes$columns[i] > 1) dim(values) <- c(shapes$rows[i], shapes$columns[i])
    data[[shapes$name[i]]] <- values
  }
  data
}

make_frame <- function(data) {
  frame <- as.data.frame(data$x)
  names(frame) <- paste0("x", seq_len(ncol(frame)))
  for (name in c("entry_time", "time", "event", "strata", "cause"))
    if (!is.null(data[[name]])) frame[[name]] <- data[[name]]
  frame
}

cox_formula <- function(frame, more = "") {
  entry <- if (is.null(frame$entry_time)) "" else "entry_time, "
  x <- paste(grep("^x[0-9]", names(frame), value = TRUE), collapse = " + ")
  as.formula(paste0("Surv(", entry, "time, event) ~ ", x, more, " + strata(strata)"))
}

coefficients_of <- function(fit)
  list(coefficient = coef(fit), standard_error = sqrt(diag(as.matrix(vcov(fit)))))

calls <- list(
  cox = list(
    prepare = function(data) {
      frame <- make_frame(data)
      list(frame = frame, formula = cox_formula(frame))
    },
    run = function(d) coxph(d$formula, d$frame, ties = "efron"),
    answer = coefficients_of
  ),
  kaplan_meier = list(
    prepare = function(data) data,
    run = function(d) survfit(Surv(time, event) ~ 1, d[c("time", "event")], conf.type = "log-log"),
    answer = function(fit) {
      at <- summary(fit, times = prepared$at)
      list(survival = at$surv, standard_error = at$std.err, lower = at$lower, upper = at$upper)
    }
  ),
  incidence = list(
    prepare = function(data) data,
    run = function(d) cuminc(d$time, d$cause),
    answer = function(fit) {
      at <- timepoints(fit, prepared$at)
      list(incidence = c(t(at$est)), standard_error = sqrt(c(t(at$var))))
    }
  ),
  fine_gray = list(
    prepare = function(data) {
      rows <- seq_len(if (part) part else length(data$time))
      list(time = data$time[rows], cause = data$cause[rows], x = data$x[rows, ])
    },
    run = function(d) crr(d$time, d$cause, d$x),
    answer = function(fit) list(coefficient = fit$coef, standard_error = sqrt(diag(fit$var)))
  ),
  scan = list(
    prepare = function(data) list(frame = make_frame(data), markers = data$markers),
    run = function(d) {
      null_formula <- cox_formula(d$frame)
      formula <- cox_formula(d$frame, " + marker")
      t(sapply(seq_len(part), function(j) {
        frame <- d$frame
        frame$marker <- d$markers[, j]
        frame <- frame[!is.na(frame$marker), ]
        null <- coxph(null_formula, frame)
        fit <- coxph(formula, frame)
        c(coef(fit)[["marker"]], sqrt(vcov(fit)["marker", "marker"]),
          2 * (fit$loglik[2] - null$loglik[2]))
      }))
    },
    answer = function(found)
      list(coefficient = found[, 1], standard_error = found[, 2], likelihood_ratio = found[, 3])
  ),
  score = list(
    prepare = function(data) {
      data$y <- Surv(data$time, data$event)
      data
    },
    # coxph.fit held at the null coefficients is the quickest score test in R
    run = function(d) {
      control <- coxph.control()
      null <- coxph.fit(d$x, d$y, d$strata, NULL, NULL, control, NULL, "efron", NULL)
      held <- coxph.control(iter.max = 0)
      sapply(seq_len(part), function(j)
        coxph.fit(cbind(d$x, d$markers[, j]), d$y, d$strata, NULL, c(null$coefficients, 0),
                  held, NULL, "efron", NULL, resid = FALSE)$score)
    },
    answer = function(found) list(score = found)
  ),
  bootstrap = list(
    prepare = function(data) {
      frame <- make_frame(data)
      list(frame = frame, formula = cox_formula(frame), rows = data$rows + 1)
    },
    run = function(d) sapply(seq_len(part), function(k)
      coef(coxph(d$formula, d$frame[d$rows[k, ], ], ties = "efron"))),
    answer = function(found) list(coefficient = c(found))
  ),
  # one ridge per group, its weight searched for until it has the degrees of freedom asked for
  random_effects = list(
    prepare = function(data) {
      x <- lapply(split(seq_len(ncol(data$x)), data$groups), function(j) data$x[, j])
      names(x) <- paste0("g", seq_along(x))
      terms <- sprintf("ridge(%s, df = %.17g, scale = FALSE)", names(x), data$degrees_of_freedom)
      formula <- paste("Surv(time, event) ~", paste(terms, collapse = " + "))
      list(data = c(x, data[c("time", "event")]), formula = as.formula(formula),
           order = order(unlist(split(seq_len(ncol(data$x)), data$groups))))
    },
    run = function(d) coxph(d$formula, d$data),
    answer = function(fit) list(coefficient = coef(fit)[prepared$order])
  )
)
calls$fine_gray_plain <- calls$fine_gray
calls$fine_gray_plain$run <- function(d) crr(d$time, d$cause, d$x, variance = FALSE)
calls$fine_gray_plain$answer <- function(fit) list(coefficient = fit$coef)

chosen <- calls[[call]]
prepared <- chosen$prepare(read_data())
invisible(gc())
reply("ready", loaded, 0)

input <- file("stdin", "r")
while (length(line <- readLines(input, 1))) {
  words <- strsplit(line, " ")[[1]]
  if (words[1] == "run") {
    spent <- numeric()
    while (!length(spent) || (sum(spent) < as.numeric(words[2]) && length(spent) < MOST_CALLS)) {
      began <- now()
      result <- chosen$run(prepared)
      spent <- c(spent, now() - began)
    }
    do.call(reply, as.list(spent))
  } else if (words[1] == "answer") {
    found <- chosen$answer(result)
    for (name in names(found)) do.call(reply, as.list(c(name, sprintf("%.17g", found[[name]]))))
    reply("end")
  }
}
