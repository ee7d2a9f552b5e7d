"""`sanctioned_locale_setting`: a device set up for a sanctioned jurisdiction. Off unless signed off (REQ-F04).

The two literals below are settings of a jurisdiction under official sanctions, the one exception of REQ-F02. No
language is looked at: events carry only the territory part of a locale, and neighbouring zones are not evaluated.
"""

from __future__ import annotations

from streams.detection.families.location.memory import LocationMemory
from streams.detection.family import Desk, Moment
from streams.detection.windows import DAY

ID = "sanctioned_locale_setting"
ZONE = "Asia/Pyongyang"
TERRITORY = "KP"


def note(memory: LocationMemory, moment: Moment, desk: Desk, zone: bool, territory: bool) -> None:
    """Note the day of a session with either setting; fire from the second day on."""
    if not desk.enabled(ID):
        return
    day = moment.ts // DAY
    if zone:
        memory.zone_days = sorted({*memory.zone_days, day})[-2:]
    if territory:
        memory.territory_days = sorted({*memory.territory_days, day})[-2:]
    window = desk.threshold(ID, "window_days")
    since = max(*memory.zone_days, *memory.territory_days, day) - window
    zones, territories = ({held for held in seen if held > since} for seen in (memory.zone_days, memory.territory_days))
    days = zones | territories
    if len(days) < desk.threshold(ID, "days_min"):
        return
    both = bool(zones and territories)
    numbers = {"days_seen": len(days), "settings": 1 + both, "days": int(window)}
    desk.fire(moment.account, ID, 1.0 if both else desk.threshold(ID, "confidence_one"), moment.ts, numbers, moment.ref)
