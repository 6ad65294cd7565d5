"""Words of the exposure domain."""

from __future__ import annotations

from enum import StrEnum


class ReportStatus(StrEnum):
    """Where a version of a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Channel(StrEnum):
    """The channels whose contacts add up to gross exposure."""

    ATTENDANCE = "A"
    LIVESTREAM = "L"
    MEDIA = "M"
    CREATORS = "K"
    OWNED = "O"
    OUT_OF_HOME = "H"


class OverlapKind(StrEnum):
    """How two figures overlap: one lies inside the other, or they share contacts."""

    SUBSET = "subset"
    SHARED = "shared"


class InSum(StrEnum):
    """What a line of the ledger does in the sum."""

    COUNTED = "counted"
    AS_CONTACTS = "as_contacts"
    COUNT_ONLY = "count_only"
    BESIDE = "beside"
    INSIDE = "inside"  # lies inside a figure that is counted already


class FlagCode(StrEnum):
    """Sanity checks that a figure may raise; a flag never changes a figure."""

    ABOVE_POPULATION_SHARE = "above-population-share"
    ONE_PART_DOMINATES = "one-part-dominates"
    CLAIM_FAR_ABOVE_GROSS = "claim-far-above-gross"
    GROSS_OVER_CLAIM = "gross-over-claim"
    ABOVE_CORDON_FLOW = "above-cordon-flow"
    VIEWS_BELOW_PEAK = "views-below-peak"
    UNIQUES_ABOVE_VIEWS = "uniques-above-views"
    COUNTER_IMPLAUSIBLE = "counter-implausible"


class MentionKind(StrEnum):
    """What kind of publication a mention is."""

    NEWS = "news"
    PRINT = "print"
    TV = "tv"
    RADIO = "radio"
    WECHAT = "wechat"
    WEIBO = "weibo"
    VIDEO = "video"
    LIVESTREAM = "livestream"
    CREATOR_POST = "kol_post"
    OUT_OF_HOME = "ooh"


class ReachKind(StrEnum):
    """What a reach figure counts; `none` is a report without one."""

    CIRCULATION = "circulation"
    MONTHLY_VISITORS = "uvm"
    DAILY_VISITORS = "daily_uv"
    FOLLOWERS = "followers"
    PLATFORM_IMPRESSIONS = "platform_impressions"
    PLATFORM_READS = "platform_reads"
    UNSTATED = "unstated"
    NONE = "none"


class MediaFormat(StrEnum):
    """Files of media monitoring; both are tables, Meltwater's in its own column names."""

    MELTWATER = "meltwater"
    CSV = "csv"


class PriorKind(StrEnum):
    """Figures of which a prior says what share is seen; everything else is counted or unknown."""

    PRINT = "print"  # of a circulation: the front page of a newspaper
    NEWS = "news"  # of monthly visitors: the page of one article
    FOLLOWERS = "followers"  # of a creator's followers: one post


class Section(StrEnum):
    """Sections of a report that a builder may leave out or move; the ledger always stands."""

    TARGETS = "targets"
    ATTENDANCE = "attendance"
    FOOTFALL = "footfall"
    CHECKINS = "checkins"
    PROGRAMME = "programme"
    LIVESTREAM = "livestream"
    MEDIA = "media"
    COMPARISON = "comparison"
