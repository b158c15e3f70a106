"""Little patient tables that say what the states of a history are: read by tests and docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HistoryCase:
    """One rule, shown on a few patients.

    Attributes
    ----------
    title : str
        The rule in one sentence.
    happenings : str
        As in `endpoint_cases.EndpointCase`.
    expected : str
        Table `patient | from | to | entry | exit`.
    time_zero : str
        What day 0 is.
    """

    title: str
    happenings: str
    expected: str
    time_zero: str = "diagnosis"


HISTORY_CASES = (
    HistoryCase(
        "From induction to remission, relapse and death.",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 300
        a       | death        | 600
        b       | death        | 17
        c       | remission    | 33
        c       | last_contact | 900
        """,
        """
        patient | from      | to        | entry | exit
        a       | induction | remission | 0     | 30
        a       | remission | relapse   | 30    | 300
        a       | relapse   | death     | 300   | 600
        b       | induction | death     | 0     | 17
        c       | induction | remission | 0     | 33
        c       | remission | censored  | 33    | 900
        """,
    ),
    HistoryCase(
        "Transplantation in first remission is a state with a date, entered alive.",
        """
        patient | what         | day
        a       | remission    | 30
        a       | transplant   | 120
        a       | relapse      | 300
        a       | transplant   | 400
        a       | last_contact | 700
        b       | remission    | 30
        b       | transplant   | 120
        b       | death        | 150
        """,
        """
        patient | from                          | to                            | entry | exit
        a       | induction                     | remission                     | 0     | 30
        a       | remission                     | transplant_in_first_remission | 30    | 120
        a       | transplant_in_first_remission | relapse                       | 120   | 300
        a       | relapse                       | transplant_after_relapse      | 300   | 400
        a       | transplant_after_relapse      | censored                      | 400   | 700
        b       | induction                     | remission                     | 0     | 30
        b       | remission                     | transplant_in_first_remission | 30    | 120
        b       | transplant_in_first_remission | death                         | 120   | 150
        """,
    ),
    HistoryCase(
        "Relapse and transplantation on one day: the relapse came first.",
        """
        patient | what         | day
        a       | remission    | 30
        a       | transplant   | 300
        a       | relapse      | 300
        a       | last_contact | 400
        """,
        """
        patient | from                     | to                       | entry | exit
        a       | induction                | remission                | 0     | 30
        a       | remission                | relapse                  | 30    | 300
        a       | relapse                  | transplant_after_relapse | 300   | 300
        a       | transplant_after_relapse | censored                 | 300   | 400
        """,
    ),
    HistoryCase(
        "Induction failure may still be followed by remission; once in remission there is none.",
        """
        patient | what              | day
        a       | induction_failure | 33
        a       | remission         | 80
        a       | last_contact      | 400
        b       | remission         | 30
        b       | induction_failure | 33
        b       | last_contact      | 400
        """,
        """
        patient | from              | to                | entry | exit
        a       | induction         | induction_failure | 0     | 33
        a       | induction_failure | remission         | 33    | 80
        a       | remission         | censored          | 80    | 400
        b       | induction         | remission         | 0     | 30
        b       | remission         | censored          | 30    | 400
        """,
    ),
    HistoryCase(
        "Transplantation before remission: a state of its own unless its status says more.",
        """
        patient | what                          | day
        a       | induction_failure             | 33
        a       | transplant                    | 90
        a       | remission                     | 120
        a       | last_contact                  | 400
        b       | transplant in first_remission | 90
        b       | last_contact                  | 400
        """,
        """
        patient | from                          | to                            | entry | exit
        a       | induction                     | induction_failure             | 0     | 33
        a       | induction_failure             | transplant_other              | 33    | 90
        a       | transplant_other              | censored                      | 90    | 400
        b       | induction                     | transplant_in_first_remission | 0     | 90
        b       | transplant_in_first_remission | censored                      | 90    | 400
        """,
    ),
    HistoryCase(
        "A second remission, a second relapse and a second malignancy leave the state as it is.",
        """
        patient | what              | day
        a       | remission         | 30
        a       | relapse           | 300
        a       | remission         | 350
        a       | relapse           | 500
        a       | second_malignancy | 550
        a       | last_contact      | 600
        """,
        """
        patient | from      | to        | entry | exit
        a       | induction | remission | 0     | 30
        a       | remission | relapse   | 30    | 300
        a       | relapse   | censored  | 300   | 600
        """,
    ),
    HistoryCase(
        "Relapse recorded without remission, and death on the day of remission.",
        """
        patient | what         | day
        a       | relapse      | 60
        a       | last_contact | 200
        b       | remission    | 40
        b       | death        | 40
        """,
        """
        patient | from      | to        | entry | exit
        a       | induction | relapse   | 0     | 60
        a       | relapse   | censored  | 60    | 200
        b       | induction | remission | 0     | 40
        b       | remission | death     | 40    | 40
        """,
    ),
    HistoryCase(
        "Who comes late is seen from then on, in the state reached by then.",
        """
        patient | what         | day
        a       | entry        | 100
        a       | remission    | 30
        a       | relapse      | 300
        a       | last_contact | 400
        b       | entry        | 300
        b       | remission    | 30
        b       | relapse      | 300
        b       | last_contact | 400
        """,
        """
        patient | from      | to       | entry | exit
        a       | remission | relapse  | 100   | 300
        a       | relapse   | censored | 300   | 400
        b       | relapse   | censored | 300   | 400
        """,
    ),
    HistoryCase(
        "Nothing is looked at after the data cut-off.",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 1200
        a       | death        | 1300
        a       | cutoff       | 1000
        """,
        """
        patient | from      | to        | entry | exit
        a       | induction | remission | 0     | 30
        a       | remission | censored  | 30    | 1000
        """,
    ),
    HistoryCase(
        "Where day 0 is transplantation, that is the first state; its status says which.",
        """
        patient | what                          | day
        a       | transplant                    | 0
        a       | relapse                       | 150
        a       | death                         | 200
        b       | transplant in later_remission | 0
        b       | death                         | 90
        c       | remission                     | -100
        c       | transplant                    | 0
        c       | last_contact                  | 90
        """,
        """
        patient | from                          | to       | entry | exit
        a       | transplant_other              | relapse  | 0     | 150
        a       | relapse                       | death    | 150   | 200
        b       | transplant_after_relapse      | death    | 0     | 90
        c       | transplant_in_first_remission | censored | 0     | 90
        """,
        time_zero="transplant",
    ),
    HistoryCase(
        "A transplantation of unknown day: the course cannot be told, so there is none.",
        """
        patient | what         | day
        a       | remission    | 30
        a       | transplant   | ?
        a       | last_contact | 400
        """,
        """
        patient | from | to | entry | exit
        """,
    ),
)
