"""Little patient tables that say what each endpoint means: read by the tests and the docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EndpointCase:
    """One rule, shown on a few patients.

    Attributes
    ----------
    title : str
        The rule in one sentence.
    endpoint : str
        Short name of the definition.
    happenings : str
        Table `patient | what | day`: events, `last_contact`, `transplant`, `entry` where
        observation began after time zero, `cutoff` where a data cut-off is stated. Without
        `last_contact` the death is the last contact. `relapse in CNS` has a site; a remission of
        which no day is known is `remission assessed | ?`.
    expected : str
        Table `patient | origin | entry | exit | cause | event`; who is not in it has no row.
    landmark : int, optional
        Day by which the trial expects remission.
    without : str
        Who has no row and why, `patient: reason`, in words; empty where nobody is left out.
    """

    title: str
    endpoint: str
    happenings: str
    expected: str
    landmark: int | None = None
    without: str = ""


ENDPOINT_CASES = (
    EndpointCase(
        "Overall survival runs from time zero to death from any cause; relapse does not end it.",
        "OS",
        """
        patient | what         | day
        a       | relapse      | 400
        a       | death        | 500
        b       | last_contact | 731
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 500  | 1     | death
        b       | 0      | 0     | 731  | 0     | censored
        """,
    ),
    EndpointCase(
        "A death on day 0 counts with no time at risk.",
        "OS",
        """
        patient | what  | day
        a       | death | 0
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 0    | 1     | death
        """,
    ),
    EndpointCase(
        "An event later than the last contact counts: follow-up evidently went on.",
        "OS",
        """
        patient | what         | day
        a       | last_contact | 300
        a       | death        | 420
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 420  | 1     | death
        """,
    ),
    EndpointCase(
        "Who comes under observation late is at risk from that day on only.",
        "OS",
        """
        patient | what         | day
        a       | entry        | 120
        a       | death        | 500
        b       | entry        | 120
        b       | last_contact | 90
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 120   | 500  | 1     | death
        """,
        without="b: left_before_entry",
    ),
    EndpointCase(
        "In event-free survival the first event wins: relapse before death.",
        "EFS",
        """
        patient | what         | day
        a       | remission    | 35
        a       | relapse      | 400
        a       | death        | 500
        b       | remission    | 33
        b       | last_contact | 731
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 400  | 1     | relapse
        b       | 0      | 0     | 731  | 0     | censored
        """,
    ),
    EndpointCase(
        "An induction failure ends event-free survival on its own day, also if remission follows.",
        "EFS",
        """
        patient | what              | day
        a       | induction_failure | 29
        a       | remission         | 80
        a       | last_contact      | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 29   | 1     | induction_failure
        """,
    ),
    EndpointCase(
        "A second malignancy ends event-free survival.",
        "EFS",
        """
        patient | what              | day
        a       | remission         | 30
        a       | second_malignancy | 1500
        a       | death             | 1600
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 1500 | 1     | second_malignancy
        """,
    ),
    EndpointCase(
        "A relapse without any remission counts in event-free survival.",
        "EFS",
        """
        patient | what         | day
        a       | relapse      | 60
        a       | last_contact | 200
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 60   | 1     | relapse
        """,
    ),
    EndpointCase(
        "What happened before time zero does not count.",
        "EFS",
        """
        patient | what              | day
        a       | second_malignancy | -200
        a       | last_contact      | 800
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 800  | 0     | censored
        """,
    ),
    EndpointCase(
        "Delayed entry after the first event: the patient was never at risk under observation.",
        "EFS",
        """
        patient | what         | day
        a       | entry        | 100
        a       | relapse      | 90
        a       | last_contact | 800
        """,
        """
        patient | origin | entry | exit | cause | event
        """,
        without="a: left_before_entry",
    ),
    EndpointCase(
        "Relapse-free survival starts at the first remission; without remission there is no row.",
        "RFS",
        """
        patient | what         | day
        a       | remission    | 40
        a       | relapse      | 300
        a       | remission    | 350
        a       | death        | 600
        b       | relapse      | 60
        b       | death        | 100
        c       | remission    | 31
        c       | death        | 250
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 40     | 40    | 300  | 1     | relapse
        c       | 31     | 31    | 250  | 1     | death
        """,
        without="b: never_in_remission",
    ),
    EndpointCase(
        "Remission is never later than relapse: both on one day is a relapse after remission.",
        "RFS",
        """
        patient | what         | day
        a       | remission    | 40
        a       | relapse      | 40
        a       | last_contact | 90
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 40     | 40    | 40   | 1     | relapse
        """,
    ),
    EndpointCase(
        "A second malignancy does not end relapse-free survival.",
        "RFS",
        """
        patient | what              | day
        a       | remission         | 30
        a       | second_malignancy | 900
        a       | last_contact      | 1200
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 1200 | 0     | censored
        """,
    ),
    EndpointCase(
        "In the incidence of relapse death in remission competes; death after relapse does not.",
        "CIR",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 300
        a       | death        | 600
        b       | remission    | 30
        b       | death        | 200
        c       | remission    | 30
        c       | last_contact | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 300  | 1     | relapse
        b       | 30     | 30    | 200  | 2     | death
        c       | 30     | 30    | 900  | 0     | censored
        """,
    ),
    EndpointCase(
        "Relapse and death on the same day: the relapse came first.",
        "CIR",
        """
        patient | what      | day
        a       | remission | 30
        a       | death     | 300
        a       | relapse   | 300
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 300  | 1     | relapse
        """,
    ),
    EndpointCase(
        "Observation that begins after remission delays entry, it does not move the clock.",
        "CIR",
        """
        patient | what         | day
        a       | remission    | 30
        a       | entry        | 100
        a       | last_contact | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 100   | 900  | 0     | censored
        """,
    ),
    EndpointCase(
        "After transplantation the clock starts at the first one; an earlier relapse is past.",
        "RFS_HCT",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 200
        a       | transplant   | 300
        a       | transplant   | 700
        a       | death        | 800
        b       | remission    | 30
        b       | last_contact | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 300    | 300   | 800  | 1     | death
        """,
        without="b: no_dated_first_transplantation",
    ),
    EndpointCase(
        "Time zero may be the transplantation itself: then day 0 is the first one.",
        "CIR_HCT",
        """
        patient | what         | day
        a       | transplant   | 0
        a       | relapse      | 150
        a       | death        | 200
        b       | transplant   | 0
        b       | death        | 90
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 150  | 1     | relapse
        b       | 0      | 0     | 90   | 2     | death
        """,
    ),
    EndpointCase(
        "Death in induction is an event of event-free survival.",
        "EFS",
        """
        patient | what  | day
        a       | death | 17
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 17   | 1     | death
        """,
    ),
    EndpointCase(
        "Relapse and second malignancy on one day: the relapse decides.",
        "EFS",
        """
        patient | what              | day
        a       | remission         | 30
        a       | second_malignancy | 700
        a       | relapse           | 700
        a       | last_contact      | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 700  | 1     | relapse
        """,
    ),
    EndpointCase(
        "An event after the data cut-off is not counted: the patient leaves at the cut-off.",
        "EFS",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 1200
        a       | last_contact | 1300
        a       | cutoff       | 1000
        b       | remission    | 30
        b       | relapse      | 1000
        b       | last_contact | 1300
        b       | cutoff       | 1000
        c       | remission    | 30
        c       | last_contact | 800
        c       | cutoff       | 1000
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 1000 | 0     | censored
        b       | 0      | 0     | 1000 | 1     | relapse
        c       | 0      | 0     | 800  | 0     | censored
        """,
    ),
    EndpointCase(
        "An extramedullary relapse alone is a relapse, whatever its site.",
        "EFS",
        """
        patient | what              | day
        a       | remission         | 30
        a       | relapse in CNS    | 410
        a       | last_contact      | 900
        b       | remission         | 30
        b       | relapse in testis | 520
        b       | last_contact      | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 410  | 1     | relapse
        b       | 0      | 0     | 520  | 1     | relapse
        """,
    ),
    EndpointCase(
        "Lost to follow-up before remission: censored there, nothing is assumed.",
        "EFS",
        """
        patient | what         | day
        a       | last_contact | 20
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 20   | 0     | censored
        """,
    ),
    EndpointCase(
        "An induction failure counts at time zero whatever its date; the rest as in EFS.",
        "EFS_TIME0",
        """
        patient | what              | day
        a       | induction_failure | 29
        a       | remission         | 80
        a       | last_contact      | 900
        b       | remission         | 30
        b       | relapse           | 400
        b       | last_contact      | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 0    | 1     | induction_failure
        b       | 0      | 0     | 400  | 1     | relapse
        """,
    ),
    EndpointCase(
        "UKALL: an induction failure is no event, what follows it is.",
        "EFS_UKALL",
        """
        patient | what              | day
        a       | induction_failure | 29
        a       | remission         | 80
        a       | last_contact      | 900
        b       | induction_failure | 29
        b       | death             | 200
        c       | remission         | 30
        c       | second_malignancy | 800
        c       | last_contact      | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 900  | 0     | censored
        b       | 0      | 0     | 200  | 1     | death
        c       | 0      | 0     | 800  | 1     | second_malignancy
        """,
    ),
    EndpointCase(
        "ELN: a recorded failure counts on day 1, a second malignancy does not count.",
        "EFS_ELN",
        """
        patient | what              | day
        a       | induction_failure | 29
        a       | death             | 90
        b       | remission         | 30
        b       | second_malignancy | 700
        b       | last_contact      | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 1    | 1     | induction_failure
        b       | 0      | 0     | 900  | 0     | censored
        """,
    ),
    EndpointCase(
        "ELN: no remission by the landmark, day 60, fails on day 1; one undone by then does not.",
        "EFS_ELN_LANDMARK",
        """
        patient | what              | day
        a       | last_contact      | 400
        b       | remission         | 75
        b       | last_contact      | 400
        c       | induction_failure | 29
        c       | remission         | 58
        c       | last_contact      | 400
        d       | induction_failure | 29
        d       | death             | 50
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 1    | 1     | induction_failure
        b       | 0      | 0     | 1    | 1     | induction_failure
        c       | 0      | 0     | 400  | 0     | censored
        d       | 0      | 0     | 1    | 1     | induction_failure
        """,
        landmark=60,
    ),
    EndpointCase(
        "Before the landmark nobody has failed: death counts as death, the lost are censored.",
        "EFS_ELN_LANDMARK",
        """
        patient | what         | day
        a       | death        | 40
        b       | last_contact | 45
        c       | death        | 60
        d       | remission    | 60
        d       | last_contact | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 40   | 1     | death
        b       | 0      | 0     | 45   | 0     | censored
        c       | 0      | 0     | 60   | 1     | death
        d       | 0      | 0     | 400  | 0     | censored
        """,
        landmark=60,
    ),
    EndpointCase(
        "Failure at the landmark: it counts on that day.",
        "EFS_LANDMARK",
        """
        patient | what         | day
        a       | last_contact | 400
        b       | remission    | 75
        b       | relapse      | 200
        b       | last_contact | 400
        c       | remission    | 30
        c       | relapse      | 200
        c       | last_contact | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 60   | 1     | induction_failure
        b       | 0      | 0     | 60   | 1     | induction_failure
        c       | 0      | 0     | 200  | 1     | relapse
        """,
        landmark=60,
    ),
    EndpointCase(
        "A trial that states no landmark cannot give it: no row, never no failure.",
        "EFS_LANDMARK",
        """
        patient | what         | day
        a       | remission    | 30
        a       | last_contact | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        """,
        without="a: trial_states_no_landmark",
    ),
    EndpointCase(
        "A remission of unknown day may have come in time: no row, the failure is not guessed.",
        "EFS_LANDMARK",
        """
        patient | what               | day
        a       | remission assessed | ?
        a       | last_contact       | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        """,
        landmark=60,
        without="a: remission_not_dated",
    ),
    EndpointCase(
        "Remission date missing: the clock cannot start, and the reason says so.",
        "RFS",
        """
        patient | what               | day
        a       | remission assessed | ?
        a       | relapse            | 300
        a       | last_contact       | 400
        b       | last_contact       | 400
        c       | remission assessed | ?
        c       | remission          | 33
        c       | last_contact       | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        c       | 33     | 33    | 400  | 0     | censored
        """,
        without="a: remission_not_dated, b: never_in_remission",
    ),
    EndpointCase(
        "Death on the day of remission counts, with no time at risk.",
        "RFS",
        """
        patient | what      | day
        a       | remission | 40
        a       | death     | 40
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 40     | 40    | 40   | 1     | death
        """,
    ),
    EndpointCase(
        "A relapse after transplantation is a relapse; transplantation does not end follow-up.",
        "RFS",
        """
        patient | what         | day
        a       | remission    | 30
        a       | transplant   | 120
        a       | relapse      | 300
        a       | last_contact | 600
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 300  | 1     | relapse
        """,
    ),
    EndpointCase(
        "A second remission changes nothing: the first relapse decided.",
        "RFS",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 300
        a       | remission    | 350
        a       | relapse      | 600
        a       | last_contact | 700
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 300  | 1     | relapse
        """,
    ),
    EndpointCase(
        "A relapse before the recorded remission lies before the clock; only what follows counts.",
        "RFS",
        """
        patient | what         | day
        a       | relapse      | 20
        a       | remission    | 40
        a       | last_contact | 300
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 40     | 40    | 300  | 0     | censored
        """,
    ),
    EndpointCase(
        "Disease-free survival also ends with a second malignancy.",
        "DFS",
        """
        patient | what              | day
        a       | remission         | 30
        a       | second_malignancy | 900
        a       | last_contact      | 1200
        b       | remission         | 30
        b       | death             | 200
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 900  | 1     | second_malignancy
        b       | 30     | 30    | 200  | 1     | death
        """,
    ),
    EndpointCase(
        "A relapse recorded without remission: no row in what starts at remission.",
        "CIR",
        """
        patient | what         | day
        a       | relapse      | 60
        a       | last_contact | 200
        """,
        """
        patient | origin | entry | exit | cause | event
        """,
        without="a: never_in_remission",
    ),
    EndpointCase(
        "Remission after the data cut-off: not known at the cut-off, no row.",
        "CIR",
        """
        patient | what         | day
        a       | remission    | 45
        a       | last_contact | 300
        a       | cutoff       | 40
        """,
        """
        patient | origin | entry | exit | cause | event
        """,
        without="a: left_before_entry",
    ),
    EndpointCase(
        "UK relapse rate: death in remission censors where it competes in CIR.",
        "relapse_rate_km",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 300
        a       | death        | 600
        b       | remission    | 30
        b       | death        | 200
        c       | remission    | 30
        c       | last_contact | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 300  | 1     | relapse
        b       | 30     | 30    | 200  | 0     | death
        c       | 30     | 30    | 900  | 0     | censored
        """,
    ),
    EndpointCase(
        "Non-relapse mortality is the other side of CIR: death counts, relapse competes.",
        "NRM",
        """
        patient | what              | day
        a       | remission         | 30
        a       | relapse           | 300
        a       | death             | 600
        b       | remission         | 30
        b       | death             | 200
        c       | remission         | 30
        c       | second_malignancy | 100
        c       | death             | 900
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 300  | 2     | relapse
        b       | 30     | 30    | 200  | 1     | death
        c       | 30     | 30    | 900  | 1     | death
        """,
    ),
    EndpointCase(
        "Treatment-related mortality counts deaths before any failure, in induction too.",
        "TRM",
        """
        patient | what              | day
        a       | death             | 17
        b       | remission         | 30
        b       | death             | 200
        c       | induction_failure | 33
        c       | death             | 90
        d       | remission         | 30
        d       | second_malignancy | 700
        d       | death             | 800
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 17   | 1     | death
        b       | 0      | 0     | 200  | 1     | death
        c       | 0      | 0     | 33   | 2     | induction_failure
        d       | 0      | 0     | 700  | 2     | second_malignancy
        """,
    ),
    EndpointCase(
        "Death in induction is a death before remission and before failure.",
        "INDUCTION_DEATH",
        """
        patient | what              | day
        a       | death             | 17
        b       | remission         | 40
        b       | death             | 40
        c       | induction_failure | 33
        c       | death             | 50
        d       | last_contact      | 20
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 17   | 1     | death
        b       | 0      | 0     | 40   | 2     | remission
        c       | 0      | 0     | 33   | 3     | induction_failure
        d       | 0      | 0     | 20   | 0     | censored
        """,
    ),
    EndpointCase(
        "Induction failure: remission before it means there was none.",
        "INDUCTION_FAILURE",
        """
        patient | what              | day
        a       | induction_failure | 33
        a       | remission         | 70
        a       | last_contact      | 400
        b       | remission         | 30
        b       | last_contact      | 400
        c       | death             | 17
        d       | relapse           | 60
        d       | last_contact      | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 33   | 1     | induction_failure
        b       | 0      | 0     | 30   | 2     | remission
        c       | 0      | 0     | 17   | 3     | death
        d       | 0      | 0     | 60   | 3     | relapse
        """,
    ),
    EndpointCase(
        "Remission may come after an induction failure; death without it competes.",
        "REMISSION",
        """
        patient | what              | day
        a       | induction_failure | 33
        a       | remission         | 70
        a       | last_contact      | 400
        b       | induction_failure | 33
        b       | death             | 90
        c       | last_contact      | 20
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 70   | 1     | remission
        b       | 0      | 0     | 90   | 2     | death
        c       | 0      | 0     | 20   | 0     | censored
        """,
    ),
    EndpointCase(
        "Complete MRD response: undetected by an assay that sees 1e-4, in remission.",
        "MRD_RESPONSE",
        """
        patient | what                 | day
        a       | remission            | 33
        a       | mrd 2e-3             | 33
        a       | mrd negative to 1e-5 | 78
        a       | last_contact         | 400
        b       | remission            | 33
        b       | mrd negative to 1e-3 | 33
        b       | mrd negative         | 78
        b       | relapse              | 300
        b       | last_contact         | 400
        c       | remission            | 33
        c       | mrd negative to 1e-4 | 15
        c       | mrd 3e-4             | 78
        c       | last_contact         | 400
        d       | remission            | 33
        d       | last_contact         | 400
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 33     | 33    | 78   | 1     | mrd_response
        b       | 33     | 33    | 300  | 2     | relapse
        c       | 33     | 33    | 400  | 0     | censored
        """,
        without="d: no_dated_mrd_in_remission",
    ),
    EndpointCase(
        "Survival after relapse starts at the first relapse, with or without a recorded remission.",
        "OS_RELAPSE",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 300
        a       | relapse      | 500
        a       | death        | 600
        b       | relapse      | 60
        b       | last_contact | 400
        c       | remission    | 30
        c       | death        | 200
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 300    | 300   | 600  | 1     | death
        b       | 60     | 60    | 400  | 0     | censored
        """,
        without="c: never_relapsed",
    ),
    EndpointCase(
        "Second malignancy: relapse does not end the wait for it, death does.",
        "SMN",
        """
        patient | what              | day
        a       | remission         | 30
        a       | relapse           | 300
        a       | second_malignancy | 900
        a       | last_contact      | 1000
        b       | death             | 200
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 0      | 0     | 900  | 1     | second_malignancy
        b       | 0      | 0     | 200  | 2     | death
        """,
    ),
    EndpointCase(
        "Overall survival from transplantation; a transplantation without a day starts no clock.",
        "OS_HCT",
        """
        patient | what         | day
        a       | transplant   | 120
        a       | death        | 300
        b       | transplant   | ?
        b       | transplant   | 300
        b       | last_contact | 800
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 120    | 120   | 300  | 1     | death
        """,
        without="b: no_dated_first_transplantation",
    ),
    EndpointCase(
        "Non-relapse mortality after transplantation: relapse competes.",
        "NRM_HCT",
        """
        patient | what       | day
        a       | transplant | 120
        a       | death      | 150
        b       | transplant | 120
        b       | relapse    | 200
        b       | death      | 300
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 120    | 120   | 150  | 1     | death
        b       | 120    | 120   | 200  | 2     | relapse
        """,
    ),
    EndpointCase(
        "Transplantation before remission: the clock of transplantation does not wait for it.",
        "RFS_HCT",
        """
        patient | what              | day
        a       | induction_failure | 33
        a       | transplant        | 90
        a       | remission         | 120
        a       | relapse           | 400
        a       | last_contact      | 600
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 90     | 90    | 400  | 1     | relapse
        """,
    ),
    EndpointCase(
        "An event after last contact contradicts it: it counts, and the quality report tells it.",
        "RFS",
        """
        patient | what         | day
        a       | remission    | 30
        a       | relapse      | 420
        a       | last_contact | 300
        """,
        """
        patient | origin | entry | exit | cause | event
        a       | 30     | 30    | 420  | 1     | relapse
        """,
    ),
)
