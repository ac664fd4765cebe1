from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.statistics_amounts import StatisticsAmounts
    from ..models.statistics_counts import StatisticsCounts


T = TypeVar("T", bound="Statistics")


@_attrs_define
class Statistics:
    """Numbers of invoices, and their sums.

    Attributes:
        count (None | StatisticsCounts | Unset): Invoices by status.
        amount (None | StatisticsAmounts | Unset): Their sums, in US dollars.
    """

    count: None | StatisticsCounts | Unset = UNSET
    amount: None | StatisticsAmounts | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.statistics_amounts import StatisticsAmounts  # noqa: PLC0415
        from ..models.statistics_counts import StatisticsCounts  # noqa: PLC0415

        count: dict[str, Any] | None | Unset
        if isinstance(self.count, Unset):
            count = UNSET
        elif isinstance(self.count, StatisticsCounts):
            count = self.count.to_dict()
        else:
            count = self.count

        amount: dict[str, Any] | None | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        elif isinstance(self.amount, StatisticsAmounts):
            amount = self.amount.to_dict()
        else:
            amount = self.amount

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if count is not UNSET:
            field_dict["count"] = count
        if amount is not UNSET:
            field_dict["amount"] = amount

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.statistics_amounts import StatisticsAmounts  # noqa: PLC0415
        from ..models.statistics_counts import StatisticsCounts  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_count(data: object) -> None | StatisticsCounts | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_statistics_counts_type_0 = StatisticsCounts.from_dict(
                    data
                )

                return componentsschemas_statistics_counts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | StatisticsCounts | Unset, data)

        count = _parse_count(d.pop("count", UNSET))

        def _parse_amount(data: object) -> None | StatisticsAmounts | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_statistics_amounts_type_0 = (
                    StatisticsAmounts.from_dict(data)
                )

                return componentsschemas_statistics_amounts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | StatisticsAmounts | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        statistics = cls(
            count=count,
            amount=amount,
        )

        statistics.additional_properties = d
        return statistics

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
