# Holm and Bonferroni: Rscript p_values_family.R > p_values_family.csv
source("sample.R")
write_versions("stats")
p <- c(0.04, 0.001, NA, 0.5, 0.04, 0.012, 1, 0.9, 0, 0.21)
write_rows(data.frame(p = p, holm = p.adjust(p, "holm"), bonferroni = p.adjust(p, "bonferroni")))
