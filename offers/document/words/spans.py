"""Two texts -> the smallest marks that a reader nods at: what stayed, what went, what came, in reading order."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

from offers.document.diff import longest_increasing
from offers.document.errors import JSON
from offers.document.words.tokens import Language, family, parts, tokens, units

Kind: TypeAlias = Literal["=", "-", "+"]
Span: TypeAlias = tuple[Kind, str]
# A changed stretch: from and to in the old pieces, from and to in the new ones.
Hunk: TypeAlias = tuple[int, int, int, int]

# Longer texts are compared in coarse pieces first, and word by word only where those differ.
COARSE_FROM = 6_000
# More changes than this between two fixed points are one: nobody reads them word by word.
MAX_DIFFERENCES = 150
MAX_HUNKS = 1_000
MAX_PART = 4_000
MAX_SLIDE = 200


@dataclass(slots=True)
class Room:
    """What one description may still spend: steps of the search for what stayed, characters cut into pieces."""

    steps: int = 40_000
    characters: int = 150_000


def spans(before: JSON, after: JSON, language: Language = "text", room: Room | None = None) -> tuple[Span, ...]:
    """Two texts compared: what stayed ("="), went ("-") and came ("+").

    "=" and "+" joined are the new text, "=" and "-" the old one. Empty when they are not both texts or have too little
    in common: then a reader sees more in the two as they are. `room` bounds the time that many calls take together.
    """
    if not (isinstance(before, str) and isinstance(after, str)) or before == after:
        return ()
    found = tuple(_joined(_compared(before, after, language, room or Room())))
    return found if _is_worth_it(found) else ()


def _compared(before: str, after: str, language: Language, room: Room) -> Iterator[Span]:
    if len(before) + len(after) <= COARSE_FROM:
        yield from _by_tokens(before, after, language, room)
        return
    old, new = units(before, language), units(after, language)
    for kept, (a, b, c, d) in _with_kept(_hunks(old, new, room), old):
        yield "=", kept
        yield from _between_ends("".join(old[a:b]), "".join(new[c:d]), language, room)


def _between_ends(before: str, after: str, language: Language, room: Room) -> Iterator[Span]:
    """A change of one coarse piece: where that is long, what stayed at its ends is not cut into pieces at all."""
    head = tail = 0
    if len(before) + len(after) > COARSE_FROM:
        head = _whole_words(before[: _same(before, after)], "{{", "}}")
        backwards = before[head:][::-1]
        tail = _whole_words(backwards[: _same(backwards, after[head:][::-1])], "}}", "{{")
    end = len(before) - tail
    yield "=", before[:head]
    yield from _by_tokens(before[head:end], after[head : len(after) - tail], language, room)
    yield "=", before[end:]


def _same(a: str, b: str) -> int:
    """How many characters two texts start with alike."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[low:middle] == b[low:middle] else (low, middle - 1)
    return low


def _whole_words(text: str, opening: str, closing: str) -> int:
    """How much of a start (or of an end, backwards) is words and expressions of which nothing is cut off."""
    cut = max(text.rfind(" "), text.rfind("\n"), 0)
    opened = text.rfind(opening, 0, cut)
    return opened if opened > text.rfind(closing, 0, cut) else cut


def _by_tokens(before: str, after: str, language: Language, room: Room) -> Iterator[Span]:
    room.characters -= len(before) + len(after) if before and after else 0
    if not before or not after or room.characters < 0:
        yield from (("-", before), ("+", after))
        return
    yield from _marked(tokens(before, language), tokens(after, language), language, room)


def _marked(old: list[str], new: list[str], language: Language, room: Room) -> Iterator[Span]:
    for kept, (a, b, c, d) in _with_kept(_merged(_hunks(old, new, room), old, new), old):
        yield "=", kept
        yield from _refined(old[a:b], new[c:d], language, room)


def _with_kept(hunks: list[Hunk], old: list[str]) -> Iterator[tuple[str, Hunk]]:
    """Each hunk after the text that stayed before it; a last, empty one after what stayed at the end."""
    end = 0
    for hunk in hunks:
        yield "".join(old[end : hunk[0]]), hunk
        end = hunk[1]
    yield "".join(old[end:]), (0, 0, 0, 0)


# What changed, as ranges of pieces


def _hunks(old: list[str], new: list[str], room: Room) -> list[Hunk]:
    """The changed ranges, each moved to where it reads best."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    found = _between_fixed_points(a, b, room)
    if len(found) > MAX_HUNKS:
        found[MAX_HUNKS:] = [(found[MAX_HUNKS][0], found[-1][1], found[MAX_HUNKS][2], found[-1][3])]
    whole = [(h[0] + head, h[1] + head, h[2] + head, h[3] + head) for h in found]
    ends = [hunk[0] for hunk in whole[1:]] + [len(old)]
    slid: list[Hunk] = []
    for hunk, end in zip(whole, ends, strict=False):
        slid.append(_slid(hunk, slid[-1][1] if slid else 0, end, old, new))
    return slid


def _common(a: list[str], b: list[str]) -> int:
    return next((index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _between_fixed_points(a: list[str], b: list[str], room: Room) -> list[Hunk]:
    """The least that changed; where that is too much to search for, what changed between pieces that occur once."""
    found = _script(a, b, room)
    if found is not None:
        return found
    hunks: list[Hunk] = []
    i = j = 0
    for x, y in [*_fixed_points(a, b), (len(a), len(b))]:
        gap = _script(a[i:x], b[j:y], room)
        hunks += [(p + i, q + i, r + j, s + j) for p, q, r, s in gap] if gap is not None else [(i, x, j, y)]
        i, j = x + 1, y + 1
    return hunks


def _fixed_points(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    """Where pieces stand that each text has exactly once, as far as they are in the same order (patience diff)."""
    once = [{piece for piece, count in Counter(side).items() if count == 1} for side in (a, b)]
    places = {piece: index for index, piece in enumerate(b) if piece in once[1]}
    pairs = [(index, places[piece]) for index, piece in enumerate(a) if piece in once[0] and piece in places]
    stay = longest_increasing([place for _, place in pairs])
    return [pair for index, pair in enumerate(pairs) if index in stay]


def _script(a: list[str], b: list[str], room: Room) -> list[Hunk] | None:
    """The shortest edit script (Myers 1986, "An O(ND) Difference Algorithm"); None when it is not short, or no room."""
    if not a or not b:
        return [(0, len(a), 0, len(b))] if a or b else []
    ends = {1: 0}
    rounds: list[dict[int, int]] = []
    for d in range(min(len(a) + len(b), MAX_DIFFERENCES) + 1):
        rounds.append(ends.copy())
        for k in range(-d, d + 1, 2):
            x = ends[k + 1] if k == -d or (k != d and ends[k - 1] < ends[k + 1]) else ends[k - 1] + 1
            start, y = x, x - k
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            ends[k] = x
            room.steps -= 1 + (x - start) // 4
            if x >= len(a) and y >= len(b):
                return _hunks_of(rounds, len(a), len(b))
            if room.steps < 0:
                return None
    return None


def _hunks_of(rounds: list[dict[int, int]], x: int, y: int) -> list[Hunk]:
    """The way back through the rounds of the search, as changed ranges in order."""
    steps: list[Hunk] = []
    for d in range(len(rounds) - 1, 0, -1):
        ends, k = rounds[d], x - y
        down = k == -d or (k != d and ends[k - 1] < ends[k + 1])
        before = k + 1 if down else k - 1
        x, y = ends[before], ends[before] - before
        steps.append((x, x, y, y + 1) if down else (x, x + 1, y, y))
    hunks: list[Hunk] = []
    for a, b, c, d in reversed(steps):
        if hunks and hunks[-1][1] == a and hunks[-1][3] == c:
            hunks[-1] = (hunks[-1][0], b, hunks[-1][2], d)
        else:
            hunks.append((a, b, c, d))
    return hunks


# Where a mark reads best


def _slid(hunk: Hunk, start: int, end: int, old: list[str], new: list[str]) -> Hunk:
    """The same addition or removal where its ends fall between words, sentences or tags, if it can stand elsewhere.

    "<p>[Hello</p><p>]You</p>" and "[<p>Hello</p>]<p>You</p>" are the same change. `start` and `end` are the
    changes around it, in `old`.
    """
    a, b, c, d = hunk
    if (a < b) == (c < d):
        return hunk
    side, first, last = (old, a, b) if a < b else (new, c, d)
    left = right = 0
    while left < min(a - start, MAX_SLIDE) and side[first - left - 1] == side[last - left - 1]:
        left += 1
    while right < min(end - b, MAX_SLIDE) and side[first + right] == side[last + right]:
        right += 1

    def reads(by: int) -> tuple[int, int]:
        return _break(side, first + by) + _break(side, last + by), by

    best = max(range(-left, right + 1), key=reads)
    return a + best, b + best, c + best, d + best


def _break(side: list[str], index: int) -> int:
    """How natural it is to cut before this piece."""
    if index in (0, len(side)):
        return 5
    before, after = side[index - 1], side[index]
    if before[-1] == "\n":
        return 5
    if after[0] == "<" and len(after) > 1:
        return 1 if after[1] == "/" else 5 if before[-1] == ">" else 3
    if before[-1] == ">" and before[0] == "<":
        return 4 if before[1:2] == "/" else 1
    if before[-1].isspace():
        return 4 if before.strip() or (index > 1 and side[index - 2][-1] in ".!?。") else 2
    return 1 if after[0].isspace() else 0


def _merged(hunks: list[Hunk], old: list[str], new: list[str]) -> list[Hunk]:
    """The hunks, with those joined between which too little stayed to be worth reading by itself."""
    merged: list[Hunk] = []
    for hunk in hunks:
        if merged and _is_little(old[merged[-1][1] : hunk[0]], *(_size(side, old, new) for side in (merged[-1], hunk))):
            merged[-1] = (merged[-1][0], hunk[1], merged[-1][2], hunk[3])
        else:
            merged.append(hunk)
    return merged


def _size(hunk: Hunk, old: list[str], new: list[str]) -> int:
    a, b, c, d = hunk
    return max(sum(map(len, old[a:b])), sum(map(len, new[c:d])))


def _is_little(kept: list[str], left: int, right: int) -> bool:
    """Whether this is only space, or short beside both changes around it. Tags and new lines are landmarks."""
    if any("\n" in piece or (piece[0] == "<" and len(piece) > 1) for piece in kept):
        return False
    text = "".join(kept)
    return not text.strip() or 4 * len(text) <= min(left, right)


# Inside one change


def _refined(old: list[str], new: list[str], language: Language, room: Room) -> Iterator[Span]:
    """One change in smaller ones: the attributes of a tag, the words of a string, the particle of a Korean word."""
    if not old or not new:
        yield from (("-", "".join(old)), ("+", "".join(new)))
    elif language == "html" and any(family(piece, language) != piece for piece in old):
        yield from _by_tags(old, new, room)
    elif language == "json" and old[0][0] == new[0][0] == '"' and min(len(old), len(new)) == 1:
        yield from _by_parts(old[0], new[0], "json", room)
        yield from (("-", "".join(old[1:])), ("+", "".join(new[1:])))
    else:
        yield from _by_stem(old, new)


def _by_tags(old: list[str], new: list[str], room: Room) -> Iterator[Span]:
    """Tags of the same name on both sides are compared by attributes, what stands between them as a whole."""
    sides = [[index for index, piece in enumerate(side) if family(piece, "html") != piece] for side in (old, new)]
    were, are = ([family(side[at], "html") for at in tags] for side, tags in zip((old, new), sides, strict=True))
    i = j = m = n = 0
    for a, b, c, d in [*_hunks(were, are, room), (len(sides[0]), len(sides[0]), len(sides[1]), len(sides[1]))]:
        for x, y in zip(sides[0][m:a], sides[1][n:c], strict=True):
            yield from _by_stem(old[i:x], new[j:y])
            yield from _by_parts(old[x], new[y], "html", room)
            i, j = x + 1, y + 1
        m, n = b, d
    yield from _by_stem(old[i:], new[j:])


def _by_parts(old: str, new: str, language: Language, room: Room) -> Iterator[Span]:
    if len(old) + len(new) > MAX_PART:
        yield from (("-", old), ("+", new))
        return
    sides = parts(old, language), parts(new, language)
    # The quoted values of attributes are strings like those of JSON.
    found = list(_joined(_marked(*sides, "json" if language == "html" else "text", room)))
    yield from found if language == "html" or _is_worth_it(found) else (("-", old), ("+", new))


def _by_stem(old: list[str], new: list[str]) -> Iterator[Span]:
    """Korean words keep the syllables they share at an end: of "회원을" and "회원에게" only the particles differ."""
    before, after = "".join(old), "".join(new)
    head, tail = _stem(old, new)
    yield "=", before[:head]
    yield "-", before[head : len(before) - tail]
    yield "+", after[head : len(after) - tail]
    yield "=", before[len(before) - tail :]


def _stem(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many syllables to keep at the start and at the end of a change."""
    if not old or not new:
        return 0, 0
    head = _common(list(old[0]), list(new[0])) if _is_korean(old[0]) and _is_korean(new[0]) else 0
    if len(old) == len(new) == 1:
        tail = _common(list(old[0][head:][::-1]), list(new[0][head:][::-1])) if _is_korean(old[0] + new[0]) else 0
        kept = head + tail
        return (head, tail) if kept >= 2 and 2 * kept >= min(len(old[0]), len(new[0])) else (0, 0)
    tail = _common(list(old[-1][::-1]), list(new[-1][::-1])) if _is_korean(old[-1]) and _is_korean(new[-1]) else 0
    overlap = len(old) == 1 or len(new) == 1
    return head if head >= 2 else 0, tail if tail >= 2 and not (overlap and head) else 0


def _is_korean(word: str) -> bool:
    return all("가" <= letter <= "힣" for letter in word)


# The result


def _joined(found: Iterable[Span]) -> Iterator[Span]:
    """The spans without empty ones, neighbours of a kind in one, and of each change first what went."""
    for is_kept, group in groupby((span for span in found if span[1]), key=lambda span: span[0] == "="):
        run = list(group)
        kinds: tuple[Kind, ...] = ("=",) if is_kept else ("-", "+")
        for kind in kinds:
            text = "".join(text for other, text in run if other == kind)
            if text:
                yield kind, text


def _is_worth_it(found: Iterable[Span]) -> bool:
    """Whether enough stayed for marks to say more than the two texts beside each other."""
    sizes = {kind: sum(len(text.strip()) for other, text in found if other == kind) for kind in "=-+"}
    if not sizes["="]:
        return False
    return not (sizes["-"] and sizes["+"]) or sizes["="] >= 40 or 3 * sizes["="] >= max(sizes["-"], sizes["+"])
