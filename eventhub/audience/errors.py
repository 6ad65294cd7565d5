"""What can go wrong with figures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventhub.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn


class PassagesAreNotVisits(Conflict):
    """Passages of a sensor line were to be added into visits (rule DC-1)."""

    code = "passages-are-not-visits"
    message = _l("Rule DC-1: passages of sensors are never summed into visits.")


class ClaimHasNoInterval(Invalid):
    """A claim was given an error or no quotation."""

    code = "claim-has-no-interval"
    message = _l("A claim keeps its quotation and never gets an interval.")


class UnknownMetric(Invalid):
    """The metric is not in the dictionary, or may not have this class."""

    code = "unknown-metric"
    message = _l("The metric dictionary has no such metric, or not with this class.")


class UnreadableSource(Invalid):
    """A file or answer of a source can not be read at all; nothing was stored."""

    code = "unreadable-source"
    message = _l("The file can not be read.")


class SourceNameTaken(Conflict):
    """A source of this name exists with another kind."""

    code = "source-name-taken"
    message = _l("Another kind of source already has this name.")


class TooManySources(Conflict):
    """The event has as many sources as it may have."""

    code = "too-many-sources"
    message = _l("This event has as many sources as it may have.")


class UnknownStream(NotFound):
    """The event has no such stream."""

    code = "unknown-stream"
    message = _l("This event has no such stream.")


class UnknownReading(NotFound):
    """The event has no such reading set apart."""

    code = "unknown-reading"
    message = _l("This event has no such reading.")


class AlreadyDecided(Conflict):
    """Somebody else decided about the reading first."""

    code = "already-decided"
    message = _l("Somebody has decided about this reading already.")


class QuarterClosed(Conflict):
    """A count by hand is for no quarter of an hour of the last day."""

    code = "quarter-closed"
    message = _l("Counts are taken for the quarters of the last 24 hours.")


class BadPlayerAddress(Invalid):
    """A player can not take its stream from this address."""

    code = "bad-player-address"
    message = _l("Give an https address, or a path of this site for a stream of your own.")


class BadTopic(Invalid):
    """A topic of MQTT must name one counter alone."""

    code = "bad-topic"
    message = _l("A topic has no spaces, no # and no +, and at most 200 characters.")


class TopicTaken(Conflict):
    """Another counter reports under this topic."""

    code = "topic-taken"
    message = _l("Another counter reports under this topic.")


class UnknownSensor(NotFound):
    """No counter reports by itself under this name or topic."""

    code = "unknown-sensor"
    message = _l("No counter reports by itself under this name.")


class BadSignature(NotSignedIn):
    """What came is not signed with the key of its sensor or stream."""

    code = "bad-signature"
    message = _l("The signature is not that of this sensor.")


class UnknownCounter(NotFound):
    """The event has no such counter or zone."""

    code = "unknown-counter"
    message = _l("This event has no such counter or zone.")


class TooFewPairs(Invalid):
    """A factor needs at least six counts by hand, each above 0."""

    code = "too-few-pairs"
    message = _l("At least six counts by hand are needed, each above 0.")


class BadPlan(Invalid):
    """A picture that is none, or a mark outside of the plan."""

    code = "bad-plan"
    message = _l("Give a PNG, JPEG or WebP picture, and marks that lie on the plan.")


class UnknownFile(NotFound):
    """The event has no such imported file, or it was taken back already."""

    code = "unknown-file"
    message = _l("This event has no such file, or it was taken back already.")


class BadTurnover(Invalid):
    """Counts of an open ground that no estimate can rest on."""

    code = "bad-turnover"
    message = _l(
        "Two counts of the day in order of time are needed, at most 4.3 people on a square metre, "
        "and 200 people asked."
    )


class GroundIsCounted(Conflict):
    """The people of a ground are counted already, at a cordon or on another ground."""

    code = "ground-is-counted"
    message = _l("Counters or another ground count these people already.")


class GroundIsEstimated(Conflict):
    """A closed cordon was to count people whom an estimate of their ground counts already."""

    code = "ground-is-estimated"
    message = _l(
        "The people of this ground, or of one around or inside it, are estimated already: a "
        "cordon would count them twice. Place the counter without one."
    )
