"""Log-ins and sessions: where from, with what."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.events.envelope import Event
from schemas.events.fields import Count, Hash, Id, Moment, Seconds, Territory

Bits = Annotated[float, Meta(ge=0, le=512)]


class _Client(Event, frozen=True, kw_only=True):
    """What a log-in or a session start tells about the device."""

    client_hints: dict[str, str] | None = None
    """User-agent client hints by header name in lower case (`sec-ch-ua-platform`)."""
    ja4: str | None = None
    """TLS client fingerprint."""
    locale_territory: Territory | None = None
    """Territory part of the locale only (REQ-F01)."""
    device_entropy_bits: Bits | None = None
    """How identifying `device_id` is; below 20 bits it is a crowd, not a device."""
    mfa: str | None = None
    """Second factor: `totp`, `push`, `sms`, `webauthn`, `none`."""


class LoginSucceeded(_Client, frozen=True, kw_only=True, tag="login.succeeded"):
    """A log-in that worked."""


class LoginFailed(_Client, frozen=True, kw_only=True, tag="login.failed"):
    """A log-in that did not."""

    reason_code: str | None = None


class SessionStart(_Client, frozen=True, kw_only=True, tag="session.start"):
    """A session began."""

    screen: str | None = None
    """Width and height, `1920x1080`."""
    gpu_renderer: str | None = None
    fonts_os: str | None = None
    """Operating system family that the font set implies: `windows`, `macos`, `linux`, …"""
    canvas_h: Hash | None = None
    active_input_count: Count | None = None
    input_idle_s: Seconds | None = None


class SessionHeartbeat(Event, frozen=True, kw_only=True, tag="session.heartbeat"):
    """A session is still open; whether anybody is at it is in `active_input_count`."""

    active_input_count: Count | None = None
    """Inputs since the previous heartbeat; 0 = an open tab."""
    input_idle_s: Seconds | None = None
    """Since the last input."""
    input_interval_cv: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    """Coefficient of variation of the intervals between inputs; near 0 = a machine's regularity. No keystrokes."""
    key_event_count: Count | None = None
    screen: str | None = None
    gpu_renderer: str | None = None


class SessionEnd(Event, frozen=True, kw_only=True, tag="session.end"):
    """A session ended."""

    active_input_count: Count | None = None
    input_idle_s: Seconds | None = None
    screen: str | None = None
    gpu_renderer: str | None = None


class RemoteToolSeen(Event, frozen=True, kw_only=True, tag="remote_tool.seen"):
    """Remote control, its hardware or its traces were seen: by a consented agent, a client's EDR, a port check."""

    kind: Literal["rmm", "vnc", "rdp", "ipkvm", "port_observation", "jiggler", "virtual_camera", "vm"]
    tool: str | None = None
    evidence: str | None = None
    """`agent`, `client_edr`, `screen_share`, `port_scan`, …"""
    install_method: str | None = None
    """`interactive`, `unattended_cli`, `mdm`, …"""
    declared: bool | None = None
    """The client or employer asked for this tool."""
    contract_id: Id | None = None
    port: Annotated[int, Meta(ge=0, le=65535)] | None = None
    usb_vid: str | None = None
    usb_pid: str | None = None
    usb_mfr: str | None = None
    usb_product: str | None = None
    usb_serial: str | None = None
    edid_mfr: str | None = None
    device_issued_at: Moment | None = None
