from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="StatisticsAmounts")


@_attrs_define
class StatisticsAmounts:
    """Their sums, in US dollars.

    Attributes:
        all_ (float | Unset): Of those in any status. Example: 4683.83.
        created (float | Unset): Of those in status `created`. Example: 3032.63.
        paid (float | Unset): Of those in status `paid`. Example: 1531.0.
        overpaid (float | Unset): Of those in status `overpaid`. Example: 100.2.
        partial (float | Unset): Of those in status `partial`. Example: 20.0.
        canceled (float | Unset): Of those in status `canceled`. Example: 0.
    """

    all_: float | Unset = UNSET
    created: float | Unset = UNSET
    paid: float | Unset = UNSET
    overpaid: float | Unset = UNSET
    partial: float | Unset = UNSET
    canceled: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        all_ = self.all_

        created = self.created

        paid = self.paid

        overpaid = self.overpaid

        partial = self.partial

        canceled = self.canceled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if all_ is not UNSET:
            field_dict["all"] = all_
        if created is not UNSET:
            field_dict["created"] = created
        if paid is not UNSET:
            field_dict["paid"] = paid
        if overpaid is not UNSET:
            field_dict["overpaid"] = overpaid
        if partial is not UNSET:
            field_dict["partial"] = partial
        if canceled is not UNSET:
            field_dict["canceled"] = canceled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        all_ = d.pop("all", UNSET)

        created = d.pop("created", UNSET)

        paid = d.pop("paid", UNSET)

        overpaid = d.pop("overpaid", UNSET)

        partial = d.pop("partial", UNSET)

        canceled = d.pop("canceled", UNSET)

        statistics_amounts = cls(
            all_=all_,
            created=created,
            paid=paid,
            overpaid=overpaid,
            partial=partial,
            canceled=canceled,
        )

        statistics_amounts.additional_properties = d
        return statistics_amounts

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
