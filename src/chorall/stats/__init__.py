"""Numeric kernels: arrays in, frozen result out."""

from chorall.stats.bootstrap import BootstrapResult, bootstrap
from chorall.stats.brier_score import BrierScore, brier_score
from chorall.stats.by_stratum import estimate_by_stratum
from chorall.stats.calibration import Calibration, calibration
from chorall.stats.chained_imputation import ChainedImputations, impute_chained
from chorall.stats.cloned_result import ClonedStrategies
from chorall.stats.cloned_strategies import compare_cloned_strategies
from chorall.stats.competing_risks import (
    CumulativeIncidence,
    CumulativeIncidenceAt,
    cumulative_incidence,
)
from chorall.stats.concordance import Concordance, concordance
from chorall.stats.concordance_difference import ConcordanceDifference, compare_concordance
from chorall.stats.conditional_survival import conditional_survival
from chorall.stats.cox import fit_cox
from chorall.stats.cox_baseline import BaselineHazard, find_baseline_hazard
from chorall.stats.cox_bootstrap import bootstrap_cox
from chorall.stats.cox_prediction import PredictedSurvival, predict_cox_survival
from chorall.stats.cox_proportionality import ProportionalHazardsTest, check_proportional_hazards
from chorall.stats.cox_residuals import (
    SchoenfeldResiduals,
    find_cox_residuals,
    find_schoenfeld_residuals,
)
from chorall.stats.cox_result import ChiSquareTest, CoxFit
from chorall.stats.cross_validation import CrossValidation, cross_validate
from chorall.stats.decision_curve import DecisionCurve, decision_curve
from chorall.stats.doubly_robust import DoublyRobustRisk, doubly_robust_risk
from chorall.stats.effect_shrinkage import ShrunkenEffects, shrink_effects
from chorall.stats.elastic_net_cox import ElasticNetCoxPath, fit_elastic_net_cox
from chorall.stats.fine_gray import fit_fine_gray
from chorall.stats.fine_gray_predict import FineGrayPrediction
from chorall.stats.fine_gray_result import FineGrayFit
from chorall.stats.gonen_heller import GonenHeller, concordance_gonen_heller
from chorall.stats.gonen_heller_difference import GonenHellerDifference, compare_gonen_heller
from chorall.stats.gray import GrayResult, gray_test
from chorall.stats.interaction_scan import InteractionScan, scan_interactions
from chorall.stats.log_rank import LogrankResult, logrank
from chorall.stats.log_rank_family import WeightedLogrankResult, weighted_logrank
from chorall.stats.log_rank_trend import LogrankTrend, logrank_trend
from chorall.stats.logistic import LogisticFit, fit_logistic
from chorall.stats.logistic_score import score_logistic
from chorall.stats.mantel_haenszel import MantelHaenszel, mantel_haenszel
from chorall.stats.measure_difference import (
    MeasureDifference,
    compare_auc,
    compare_brier_scores,
)
from chorall.stats.meta_regression import MetaRegression, fit_meta_regression
from chorall.stats.multiple_imputation import CombinedImputations, combine_imputations
from chorall.stats.multiplicity import adjust_p_values, find_q_values
from chorall.stats.nelson_aalen import CumulativeHazard, CumulativeHazardAt, nelson_aalen
from chorall.stats.own_hazard import find_own_hazard
from chorall.stats.pooled_effect_rows import PooledEffectRows, pool_effect_rows
from chorall.stats.pooled_proportions import PooledProportion, pool_proportions
from chorall.stats.pooled_proportions_many import PooledProportions, pool_many_proportions
from chorall.stats.pooling import PooledEffects, pool_effects
from chorall.stats.proportion import ProportionInterval, proportion_interval
from chorall.stats.pseudo_values import pseudo_values
from chorall.stats.random_effects_cox import fit_random_effects_cox
from chorall.stats.random_effects_result import RandomEffectsCoxFit
from chorall.stats.reclassification import Reclassification, reclassification
from chorall.stats.resampling import Fold, draw_bootstrap_rows, draw_folds
from chorall.stats.restricted_mean import RestrictedMean, restricted_mean
from chorall.stats.restricted_mean_difference import (
    RestrictedMeanDifference,
    restricted_mean_difference,
)
from chorall.stats.reverse_kaplan_meier import reverse_kaplan_meier
from chorall.stats.risk_table import count_at_risk
from chorall.stats.scan import scan_markers
from chorall.stats.scan_endpoints import scan_endpoints
from chorall.stats.scan_result import MarkerScan
from chorall.stats.subgroup_contrast import SubgroupContrast, compare_subgroups, find_e_value
from chorall.stats.survival_curve import (
    SurvivalAt,
    SurvivalCurve,
    SurvivalQuantile,
    kaplan_meier,
)
from chorall.stats.time_dependent_auc import TimeDependentAuc, time_dependent_auc
from chorall.stats.transition_probabilities import (
    StateProbabilitiesAt,
    TransitionProbabilities,
    transition_probabilities,
)

__all__ = [
    "BaselineHazard",
    "BootstrapResult",
    "BrierScore",
    "Calibration",
    "ChainedImputations",
    "ChiSquareTest",
    "ClonedStrategies",
    "CombinedImputations",
    "Concordance",
    "ConcordanceDifference",
    "CoxFit",
    "CrossValidation",
    "CumulativeHazard",
    "CumulativeHazardAt",
    "CumulativeIncidence",
    "CumulativeIncidenceAt",
    "DecisionCurve",
    "DoublyRobustRisk",
    "ElasticNetCoxPath",
    "FineGrayFit",
    "FineGrayPrediction",
    "Fold",
    "GonenHeller",
    "GonenHellerDifference",
    "GrayResult",
    "InteractionScan",
    "LogisticFit",
    "LogrankResult",
    "LogrankTrend",
    "MantelHaenszel",
    "MarkerScan",
    "MeasureDifference",
    "MetaRegression",
    "PooledEffectRows",
    "PooledEffects",
    "PooledProportion",
    "PooledProportions",
    "PredictedSurvival",
    "ProportionInterval",
    "ProportionalHazardsTest",
    "RandomEffectsCoxFit",
    "Reclassification",
    "RestrictedMean",
    "RestrictedMeanDifference",
    "SchoenfeldResiduals",
    "ShrunkenEffects",
    "StateProbabilitiesAt",
    "SubgroupContrast",
    "SurvivalAt",
    "SurvivalCurve",
    "SurvivalQuantile",
    "TimeDependentAuc",
    "TransitionProbabilities",
    "WeightedLogrankResult",
    "adjust_p_values",
    "bootstrap",
    "bootstrap_cox",
    "brier_score",
    "calibration",
    "check_proportional_hazards",
    "combine_imputations",
    "compare_auc",
    "compare_brier_scores",
    "compare_cloned_strategies",
    "compare_concordance",
    "compare_gonen_heller",
    "compare_subgroups",
    "concordance",
    "concordance_gonen_heller",
    "conditional_survival",
    "count_at_risk",
    "cross_validate",
    "cumulative_incidence",
    "decision_curve",
    "doubly_robust_risk",
    "draw_bootstrap_rows",
    "draw_folds",
    "estimate_by_stratum",
    "find_baseline_hazard",
    "find_cox_residuals",
    "find_e_value",
    "find_own_hazard",
    "find_q_values",
    "find_schoenfeld_residuals",
    "fit_cox",
    "fit_elastic_net_cox",
    "fit_fine_gray",
    "fit_logistic",
    "fit_meta_regression",
    "fit_random_effects_cox",
    "gray_test",
    "impute_chained",
    "kaplan_meier",
    "logrank",
    "logrank_trend",
    "mantel_haenszel",
    "nelson_aalen",
    "pool_effect_rows",
    "pool_effects",
    "pool_many_proportions",
    "pool_proportions",
    "predict_cox_survival",
    "proportion_interval",
    "pseudo_values",
    "reclassification",
    "restricted_mean",
    "restricted_mean_difference",
    "reverse_kaplan_meier",
    "scan_endpoints",
    "scan_interactions",
    "scan_markers",
    "score_logistic",
    "shrink_effects",
    "time_dependent_auc",
    "transition_probabilities",
    "weighted_logrank",
]
