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
        Table `patient | what | day`: events, `last_contact`, `transplant`, and `entry` where
        observation began after time zero. Without `last_contact` the death is the last contact.
    expected : str
        Table `patient | origin | entry | exit | cause | event`; who is not in it has no row.
    """

    title: str
    endpoint: str
    happenings: str
    expected: str


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
)
