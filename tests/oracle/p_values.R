# Adjusted p-values with ties and a missing one: Rscript p_values.R > p_values.csv
source("sample.R")
write_versions("stats")
p <- c(0.04, 0.001, NA, 0.5, 0.04, 0.012, 1, 0.9, 0, 0.21)
write_rows(data.frame(p = p, BH = p.adjust(p, "BH"), BY = p.adjust(p, "BY")))
