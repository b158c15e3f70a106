# Made-up stays in three states (1 and 2 to and fro, 3 for good), with delayed entry, censoring and
# ties: Rscript histories.R > histories.csv
source("sample.R")

make_histories <- function(n = 60) {
  u <- draw(n * 40, 4711)
  used <- 0
  take <- function() { used <<- used + 1; u[used] }
  rows <- NULL
  for (id in seq_len(n)) {
    state <- 1 + (take() < 0.25)
    now <- if (take() < 0.6) 0 else ceiling(6 * take())
    end <- now + ceiling(25 * take())
    repeat {
      stay <- now + ceiling(-log(take()) * c(7, 5)[state])
      to <- if (stay > end) 0 else if (take() < c(0.35, 0.5)[state]) 3 else 3 - state
      rows <- rbind(rows, data.frame(
        id, entry_time = now, time = min(stay, end), from_state = state, to_state = to
      ))
      if (to %in% c(0, 3) || stay >= end) break
      now <- stay
      state <- to
    }
  }
  rows
}

if (sys.nframe() == 0) {
  write_versions("base")
  write_rows(make_histories())
}
