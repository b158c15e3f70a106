# The markers of the scan: Rscript scan_markers.R > scan_markers.csv
source("scan_sample.R")
write_versions("base")
write_rows(make_markers())
