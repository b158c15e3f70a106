# The patients of every oracle: Rscript patients.R > patients.csv
source("sample.R")
write_versions("base")
write_rows(make_sample())
