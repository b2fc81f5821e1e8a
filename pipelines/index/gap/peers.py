"""With whom a company's say and do are compared: its sector where that is large enough, else the whole panel."""

from __future__ import annotations

import msgspec
import numpy as np

from pipelines.index.inputs import Flags, Floats, Integers, ratio

_FEWEST = 3
_FLAT = 1e-3


class Peers(msgspec.Struct, frozen=True):
    """Reference groups, the whole panel first, and each company's, `[company]`; 0 marks the whole panel."""

    references: tuple[Flags, ...]
    of_company: Integers

    @classmethod
    def of(cls, groups: Integers, fewest_members: float) -> Peers:
        """Groups of at least so many members are references of their own (METHODOLOGY 7.1)."""
        references = [np.ones(len(groups), bool)]
        of_company = np.zeros(len(groups), np.int64)
        for code in np.unique(groups):
            members = groups == code
            if members.sum() >= fewest_members:
                of_company[members] = len(references)
                references.append(members)
        return cls(tuple(references), of_company)

    def served(self) -> list[tuple[Flags, Flags]]:
        """Each reference with the companies that are compared with it, where there are any."""
        pairs = [(members, self.of_company == place) for place, members in enumerate(self.references)]
        return [(members, own) for members, own in pairs if own.any()]


class Scale(msgspec.Struct, frozen=True):
    """Mean and standard deviation (n - 1) of each company's reference group, `[..., company]`."""

    mean: Floats
    deviation: Floats

    def z(self, values: Floats) -> Floats:
        """Standardised values; NaN where the group does not vary."""
        return ratio(values - self.mean, self.deviation)


def scale_of(values: Floats, peers: Peers, is_compared: Flags) -> Scale:
    """The scale of each company's group, over those of its members that are compared; NaN where it does not vary."""
    mean, deviation = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for reference, own in peers.served():
        inside = values[..., reference & is_compared]
        if inside.shape[-1] < _FEWEST:
            continue
        spread = inside.std(-1, ddof=1, keepdims=True)
        # Draws never tie exactly: a group that hardly varies in most draws is one of equals.
        is_flat = not np.median(spread) > _FLAT
        mean[..., own] = inside.mean(-1, keepdims=True)
        deviation[..., own] = np.nan if is_flat else spread
    return Scale(mean, deviation)
