"""The samples that the values of the reference data were computed from, built anew.

One function per data set; names of terms are those of the R formula.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@dataclass
class Sample:
    """What one analysis of the reference was computed from."""

    time: pl.Series
    cause: pl.Series
    group: pl.Series | None = None
    terms: dict[str, np.ndarray] = field(default_factory=dict)
    strata: pl.Series | None = None
    entry_time: pl.Series | None = None

    @property
    def event(self):
        return (self.cause > 0).to_numpy()


def read_table(path: str) -> pl.DataFrame:
    return pl.read_csv(DATA / path, null_values=["", "NA"], infer_schema_length=None)


@cache
def read_myeloid():
    table = read_table("r-survival/myeloid.csv")
    trt, sex = (table["trt"] == "B").to_numpy(), (table["sex"] == "m").to_numpy()
    terms = {"trtB": trt, "sexm": sex, "trtB:sexm": trt & sex}
    return Sample(table["futime"], table["death"], table["trt"], terms)


@cache
def read_mgus2():
    table = read_table("r-survival/mgus2.csv").with_columns(
        time=pl.when(pstat=1).then("ptime").otherwise("futime"),
        cause=pl.when(pstat=1).then(1).otherwise(2 * pl.col("death")),
    )
    return Sample(table["time"], table["cause"], table["sex"])


def add_breast_terms(table, size_terms):
    hormon = table["hormon"].to_numpy()
    receptor = (table["er"] > 10).to_numpy()
    return {
        "hormon": hormon,
        "I(er > 10)TRUE": receptor,
        "age": table["age"].to_numpy(),
        "nodes": table["nodes"].to_numpy(),
        **size_terms,
        "factor(grade)3": (table["grade"] == 3).to_numpy(),
        "hormon:I(er > 10)TRUE": hormon * receptor,
    }


@cache
def read_rotterdam():
    table = read_table("r-survival/rotterdam.csv").with_columns(
        time=pl.when(recur=1).then("rtime").otherwise("dtime"),
        cause=pl.max_horizontal("recur", "death"),
    )
    size = {f"size{name}": (table["size"] == name).to_numpy() for name in (">50", "20-50")}
    return Sample(table["time"], table["cause"], terms=add_breast_terms(table, size))


@cache
def read_gbsg():
    table = read_table("r-survival/gbsg.csv")
    more = {
        "size": table["size"].to_numpy(),
        "factor(grade)2": (table["grade"] == 2).to_numpy(),
    }
    return Sample(table["rfstime"], table["status"], terms=add_breast_terms(table, more))


@cache
def read_colon():
    table = read_table("r-survival/colon.csv").filter(etype=2)
    node4 = table["node4"].to_numpy()
    arms = {f"rx{name}": (table["rx"] == name).to_numpy() for name in ("Lev+5FU", "Obs")}
    crossed = {f"{name}:node4": arm * node4 for name, arm in arms.items()}
    terms = {**arms, "node4": node4, **crossed}
    return Sample(table["time"], table["status"], terms=terms)


@cache
def read_ebmt4(endpoint):
    table = read_table("ebmt/ebmt4.csv").with_columns(
        first=pl.min_horizontal("rel", "srv"),
        kind=pl.when(pl.col("rel.s") == 1).then(1).otherwise(2 * pl.col("srv.s")),
    )
    cause = {
        "OS": table["srv.s"],
        "CIF": table["kind"],
        "RFS": (table["kind"] > 0).cast(pl.Int64),
        "relapse": (table["kind"] == 1).cast(pl.Int64),
        "NRM": (table["kind"] == 2).cast(pl.Int64),
    }[endpoint]
    year = 'relevel(factor(year), "1985-1989")'
    age = 'relevel(factor(agecl), "<=20")'
    terms = {
        **{f"{year}{name}": table["year"] == name for name in ("1990-1994", "1995-1998")},
        **{f"{age}{name}": table["agecl"] == name for name in (">40", "20-40")},
        "prophyes": table["proph"] == "yes",
        "matchno gender mismatch": table["match"] == "no gender mismatch",
    }
    if endpoint in ("relapse", "NRM"):
        terms = {name: column for name, column in terms.items() if "year" not in name}
    time = table["srv"] if endpoint == "OS" else table["first"]
    group = table["agecl"] if endpoint == "RFS" else None
    return Sample(time, cause, group, {name: c.to_numpy() for name, c in terms.items()})


@cache
def read_ebmt3():
    table = read_table("ebmt/ebmt3.csv")
    disease, age = 'relevel(factor(dissub), "AML")', 'relevel(factor(age), "<=20")'
    match = 'relevel(factor(drmatch), "No gender mismatch")'
    terms = {
        **{f"{disease}{name}": table["dissub"] == name for name in ("ALL", "CML")},
        **{f"{age}{name}": table["age"] == name for name in (">40", "20-40")},
        f"{match}Gender mismatch": table["drmatch"] == "Gender mismatch",
        "tcdTCD": table["tcd"] == "TCD",
    }
    terms = {name: column.to_numpy() for name, column in terms.items()}
    return Sample(table["rfstime"], table["rfsstat"], table["dissub"], terms)


@cache
def read_aml():
    clinical = read_table("aml-multistage/clinical.csv").with_columns(
        age10=pl.col("AOD") / 10, lwbc=(pl.col("wbc") + 0.1).log(2)
    )
    genes = read_table("aml-multistage/gene_matrix.csv").rename(
        lambda name: name if name == "PDID" else f"gene_{name}"
    )
    return clinical.join(genes, on="PDID", how="left", maintain_order="left")


def read_aml_curve(time, event, group=None):
    columns = [time, event] + ([group] if group else [])
    table = read_aml().drop_nulls(columns)
    return Sample(table[time], table[event], table[group] if group else None)


def read_aml_cox(terms, *, trial=None):
    """Terms name columns; a colon multiplies, and `gene_` columns go by the gene alone."""
    table = read_aml() if trial is None else read_aml().filter(Study=trial)
    names = sorted({part for column in terms.values() for part in column.split(":")})
    table = table.drop_nulls([*names, "OS", "Status"])
    columns = {
        term: np.prod([table[part].to_numpy() for part in column.split(":")], axis=0)
        for term, column in terms.items()
    }
    strata = None if trial else table["Study"]
    return Sample(table["OS"], table["Status"], terms=columns, strata=strata)


def list_aml_interactions():
    parts = {"NPM1": "NPM1", "FLT3_ITD": "FLT3_ITD", "DNMT3A": "gene_DNMT3A"}
    terms = {**parts, "age10": "age10"}
    for first, second in (("NPM1", "FLT3_ITD"), ("NPM1", "DNMT3A"), ("FLT3_ITD", "DNMT3A")):
        terms[f"{first}:{second}"] = f"{parts[first]}:{parts[second]}"
    return {**terms, "NPM1:FLT3_ITD:DNMT3A": "NPM1:FLT3_ITD:gene_DNMT3A"}


def read_remissions(group=None):
    """Relapse (1) and death in remission (2) from the day of remission."""
    table = read_aml().drop_nulls(["rfs", "cuminc", *([group] if group else [])])
    terms = {name: table[name].to_numpy() for name in ("NPM1", "FLT3_ITD", "age10")}
    return Sample(table["rfs"], table["cuminc"], table[group] if group else None, terms)


def read_cause_specific_relapse():
    sample = read_remissions()
    sample.cause = (sample.cause == 1).cast(pl.Int64)
    return sample


def split_at_transplant(clinical):
    """Two rows for who had a related or unrelated transplantation in first remission."""
    transplanted = (
        pl.col("TPL_type").is_in(["ALLO", "FREMD"])
        & (pl.col("TPL_Phase") == "CR1")
        & (pl.col("Time_Diag_TPL") < pl.col("OS"))
    ).fill_null(False)
    after = clinical.filter(transplanted).with_columns(
        entry=pl.col("Time_Diag_TPL").cast(pl.Float64), tx=1
    )
    before = clinical.with_columns(
        entry=0.0,
        tx=0,
        Status=pl.when(transplanted).then(0).otherwise("Status"),
        OS=pl.when(transplanted).then("Time_Diag_TPL").otherwise("OS"),
    )
    return pl.concat([before, after], how="vertical_relaxed")


def read_transplants():
    """Transplantation in first remission as a covariate of time."""
    table = split_at_transplant(read_aml())
    terms = {name: table[name].to_numpy() for name in ("tx", "age10")}
    return Sample(
        table["OS"], table["Status"], terms=terms, strata=table["Study"], entry_time=table["entry"]
    )


def read_transplants_by_risk():
    """Build the same after remission where the risk is known, with favourable risk as modifier."""
    table = split_at_transplant(read_aml().drop_nulls(["CR_date", "M_Risk"]))
    tx, favourable = table["tx"].to_numpy(), (table["M_Risk"] == "Favorable").to_numpy()
    name = 'I(M_Risk == "Favorable")TRUE'
    terms = {
        "tx": tx, name: favourable, "age10": table["age10"].to_numpy(),
        f"tx:{name}": tx * favourable,
    }  # fmt: skip
    return Sample(
        table["OS"], table["Status"], terms=terms, strata=table["Study"], entry_time=table["entry"]
    )


@cache
def read_klein_moeschberger():
    table = read_table("hsct-small/KMsurv_bmt.csv").with_columns(
        cause=pl.when(d2=1).then(1).otherwise(2 * pl.col("d1"))
    )
    z1, z2 = (table["z1"] - 28).to_numpy(), (table["z2"] - 28).to_numpy()
    terms = {
        "I(z1 - 28)": z1,
        "I(z2 - 28)": z2,
        "factor(group)2": (table["group"] == 2).to_numpy(),
        "factor(group)3": (table["group"] == 3).to_numpy(),
        "z8": table["z8"].to_numpy(),
        "I(z1 - 28):I(z2 - 28)": z1 * z2,
    }
    return Sample(table["t2"], table["cause"], table["group"], terms)


def read_simple(path, time, cause, group=None):
    table = read_table(path)
    return Sample(table[time], table[cause], table[group] if group else None)


def read_univariable(gene):
    # the clinical column of NPM1 (435 patients) goes before the gene matrix
    column = gene if gene in read_aml().columns else f"gene_{gene}"
    return read_aml_cox({gene: column, "age10": "age10"})


GENES = ["TP53", "RUNX1", "ASXL1", "DNMT3A", "NPM1", "SFRS2", "KIT", "NRAS", "IDH2", "TET2"]
SAMPLES: dict[str, Callable[[], Sample]] = {
    "myeloid OS by trt": read_myeloid,
    "myeloid OS trt*sex": read_myeloid,
    "mgus2 PCM(1)/death(2)": read_mgus2,
    "rotterdam RFS hormon*er+age+nodes+size+grade": read_rotterdam,
    "gbsg RFS hormon*er>10+age+nodes+size+grade": read_gbsg,
    "colon death rx*node4": read_colon,
    "ebmt4 OS": lambda: read_ebmt4("OS"),
    "ebmt4 relapse(1)/NRM(2)": lambda: read_ebmt4("CIF"),
    "ebmt4 RFS by agecl": lambda: read_ebmt4("RFS"),
    "ebmt4 RFS year+agecl+proph+match": lambda: read_ebmt4("RFS"),
    "ebmt4 csh relapse": lambda: read_ebmt4("relapse"),
    "ebmt4 csh NRM": lambda: read_ebmt4("NRM"),
    "ebmt3 RFS dissub+age+drmatch+tcd": read_ebmt3,
    "ebmt3 RFS by disease": read_ebmt3,
    "OS by Study": lambda: read_aml_curve("OS", "Status", "Study"),
    "OS all": lambda: read_aml_curve("OS", "Status"),
    "OS by ELN": lambda: read_aml_curve("OS", "Status", "M_Risk"),
    "EFS all": lambda: read_aml_curve("efs", "EFSSTAT"),
    "RFS all": lambda: read_aml_curve("rfs", "rfsstat"),
    "OS age10+log2(wbc+.1)+NPM1+FLT3_ITD+complex strata Study": lambda: read_aml_cox(
        {name: name for name in ("age10", "lwbc", "NPM1", "FLT3_ITD", "complex")}
    ),
    "OS NPM1*FLT3_ITD*DNMT3A+age10 strata Study": lambda: read_aml_cox(list_aml_interactions()),
    **{
        f"OS univariable {gene} +age10 strata Study": lambda gene=gene: read_univariable(gene)
        for gene in [*GENES, "PHF6", "STAG2"]
    },
    "ATRA x NPM1, AMLSG0704": lambda: read_aml_cox(
        {name: name for name in ("ATRA_arm", "NPM1", "VPA", "age10", "ATRA_arm:NPM1")},
        trial="AMLSG0704",
    ),
    "OS time-dependent alloHSCT-CR1 (ALLO,FREMD; Time_Diag_TPL) + age10 strata Study": (
        read_transplants
    ),
    "OS td alloHSCT-CR1 among CR, age10, ELN adverse interaction": read_transplants_by_risk,
    "relapse(1)/death in CR(2) from CR": read_remissions,
    "relapse/NRM by NPM1": lambda: read_remissions("NPM1"),
    "cause-specific relapse NPM1+FLT3_ITD+age10": read_cause_specific_relapse,
    "KMsurv bmt DFS by group": read_klein_moeschberger,
    "KMsurv bmt relapse/TRM by group": read_klein_moeschberger,
    "KMsurv bmt DFS z1*z2+group+z8": read_klein_moeschberger,
    "bmtcrr (1 relapse,2 TRM) by D": lambda: read_simple(
        "hsct-small/casebase_bmtcrr.csv", "ftime", "Status", "D"
    ),
    "Kersey ALL RFS by transplant": lambda: read_simple(
        "hsct-small/mixcure_leukaemia_kersey1987.csv", "time", "cens", "transplant"
    ),
    "timereg bmt cause1/2": lambda: read_simple("hsct-small/timereg_bmt408.csv", "time", "cause"),
}
