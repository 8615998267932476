"""The English words that people read about documents, marked for translation. The web layer translates them."""

from collections.abc import Mapping


def gettext_noop(text: str) -> str:
    """The text as it is; marks it for the message catalogue without importing Django."""
    return text


ACTIONS: Mapping[str, str] = {
    "added": gettext_noop("Added"),
    "removed": gettext_noop("Removed"),
    "changed": gettext_noop("Changed"),
    "moved": gettext_noop("Moved"),
}

# Fields, by the member names that lead to them. "*" is any member or item; the longest matching end of a path wins.
FIELDS: Mapping[tuple[str, ...], str] = {
    ("name",): gettext_noop("Name"),
    ("description",): gettext_noop("Description"),
    ("status",): gettext_noop("Status"),
    ("startDate",): gettext_noop("Start date"),
    ("endDate",): gettext_noop("End date"),
    ("selectionConstraint",): gettext_noop("Eligibility and dates"),
    ("profileConstraint",): gettext_noop("Eligibility"),
    ("profileConstraintType",): gettext_noop("Eligibility"),
    ("eligibilityRule",): gettext_noop("Decision rule"),
    ("segmentIdentities",): gettext_noop("Audiences"),
    ("segmentIdentities", "*"): gettext_noop("Audience"),
    ("rank",): gettext_noop("Ranking"),
    ("priority",): gettext_noop("Priority"),
    ("order",): gettext_noop("Ranking method"),
    ("orderEvaluationType",): gettext_noop("Ranking method"),
    ("rankingStrategy",): gettext_noop("Ranking strategy"),
    ("cappingConstraint",): gettext_noop("Capping"),
    ("globalCap",): gettext_noop("Cap in total"),
    ("profileCap",): gettext_noop("Cap per profile"),
    ("frequencyCappingConstraints",): gettext_noop("Frequency capping"),
    ("frequencyCappingConstraints", "*"): gettext_noop("Capping rule {number}"),
    ("enabled",): gettext_noop("Enabled"),
    ("limit",): gettext_noop("Limit"),
    ("scope",): gettext_noop("Counted for"),
    ("entity",): gettext_noop("Counted per"),
    ("events",): gettext_noop("Counted events"),
    ("events", "*"): gettext_noop("Counted event"),
    ("customQuery",): gettext_noop("Custom event"),
    ("repeat",): gettext_noop("Repeat"),
    ("repeat", "enabled"): gettext_noop("Repeat"),
    ("unit",): gettext_noop("Repeat unit"),
    ("unitCount",): gettext_noop("Repeat every"),
    ("characteristics",): gettext_noop("Attributes"),
    ("characteristics", "*"): gettext_noop("Attribute {name}"),
    ("tags",): gettext_noop("Tags"),
    ("tags", "*"): gettext_noop("Tag"),
    ("labels",): gettext_noop("Data labels"),
    ("labels", "*"): gettext_noop("Data label"),
    ("representations",): gettext_noop("Representations"),
    ("representations", "*"): gettext_noop("Representation for {placement}"),
    ("channel",): gettext_noop("Channel"),
    ("placement",): gettext_noop("Placement"),
    ("placements",): gettext_noop("Placements"),
    ("placements", "*"): gettext_noop("Placement"),
    ("components",): gettext_noop("Contents"),
    ("components", "*"): gettext_noop("Content ({kind})"),
    ("components", "*", "id"): gettext_noop("Content id"),
    ("type",): gettext_noop("Type"),
    ("format",): gettext_noop("Format"),
    ("language",): gettext_noop("Language"),
    ("language", "*"): gettext_noop("Language"),
    ("content",): gettext_noop("Text"),
    ("deliveryURL",): gettext_noop("Asset address"),
    ("linkURL",): gettext_noop("Link"),
    ("componentType",): gettext_noop("Content type"),
    ("itemCount",): gettext_noop("Number of offers"),
    ("allowDuplicatePlacements",): gettext_noop("Same offer in several placements"),
    ("returnContent",): gettext_noop("Return the content"),
    ("returnMetaData",): gettext_noop("Returned data"),
    ("decisionName",): gettext_noop("Return the decision's name"),
    ("offerName",): gettext_noop("Return the offer's name"),
    ("offerAttributes",): gettext_noop("Return the offer's attributes"),
    ("offerPriority",): gettext_noop("Return the offer's priority"),
    ("placementName",): gettext_noop("Return the placement's name"),
    ("channelType",): gettext_noop("Return the channel"),
    ("contentType",): gettext_noop("Return the content type"),
    ("condition",): gettext_noop("Condition"),
    ("condition", "value"): gettext_noop("Condition"),
    ("condition", "type"): gettext_noop("Condition language"),
    ("condition", "format"): gettext_noop("Condition format"),
    ("definedOn",): gettext_noop("Profile schema"),
    ("profile",): gettext_noop("Profile schema"),
    ("schema",): gettext_noop("Profile schema"),
    ("ref",): gettext_noop("Profile schema"),
    ("version",): gettext_noop("Schema version"),
    ("referencePaths",): gettext_noop("Profile fields"),
    ("referencePaths", "*"): gettext_noop("Profile field"),
    ("filterType",): gettext_noop("Chosen by"),
    ("ids",): gettext_noop("Members"),
    ("ids", "*"): gettext_noop("Member"),
    ("fallback",): gettext_noop("Fallback offer"),
    ("criteria",): gettext_noop("Decision scopes"),
    ("criteria", "*"): gettext_noop("Decision scope {number}"),
    ("optionSelection",): gettext_noop("Collection"),
    ("filter",): gettext_noop("Collection"),
}

UNKNOWN_FIELD = gettext_noop("{name}")
WHOLE_DOCUMENT = gettext_noop("The whole document")
NAMELESS_FIELD = gettext_noop("A field without a name")
ORDER_OF = gettext_noop("Order of {list}")

# Values from fixed lists, by the member that holds them.
WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {
        "draft": gettext_noop("Draft"),
        "approved": gettext_noop("Approved"),
        "archived": gettext_noop("Archived"),
        "live": gettext_noop("Live"),
        "complete": gettext_noop("Complete"),
    },
    "profileConstraintType": {
        "none": gettext_noop("Everybody"),
        "eligibilityRule": gettext_noop("By decision rule"),
        "anySegments": gettext_noop("In any of the audiences"),
        "allSegments": gettext_noop("In all of the audiences"),
        "rules": gettext_noop("By rules"),
    },
    "scope": {"global": gettext_noop("All profiles together"), "profile": gettext_noop("Each profile")},
    "entity": {"offer": gettext_noop("Offer"), "placement": gettext_noop("Placement")},
    "events": {
        "decisioning": gettext_noop("Decision"),
        "impression": gettext_noop("Impression"),
        "click": gettext_noop("Click"),
        "custom": gettext_noop("Custom event"),
    },
    "unit": {"day": gettext_noop("Day"), "week": gettext_noop("Week"), "month": gettext_noop("Month")},
    "filterType": {
        "any-tags": gettext_noop("Any of the tags"),
        "all-tags": gettext_noop("All of the tags"),
        "offers": gettext_noop("Named offers"),
    },
    "channel": {
        "web": gettext_noop("Web"),
        "email": gettext_noop("Email"),
        "mobile": gettext_noop("Mobile"),
        "messaging": gettext_noop("Messaging"),
        "social": gettext_noop("Social"),
        "offline": gettext_noop("Offline"),
        "display": gettext_noop("Display"),
        "search": gettext_noop("Search"),
        "video": gettext_noop("Video"),
    },
    "type": {
        "html": gettext_noop("HTML"),
        "imagelink": gettext_noop("Image"),
        "text": gettext_noop("Plain text"),
        "json": gettext_noop("JSON"),
    },
}
YES = gettext_noop("Yes")
NO = gettext_noop("No")

KINDS: Mapping[str, str] = {
    "personalized-offer": gettext_noop("Personalized offer"),
    "fallback-offer": gettext_noop("Fallback offer"),
    "placement": gettext_noop("Placement"),
    "rule": gettext_noop("Decision rule"),
    "tag": gettext_noop("Tag"),
    "collection": gettext_noop("Collection"),
    "decision": gettext_noop("Decision"),
}
