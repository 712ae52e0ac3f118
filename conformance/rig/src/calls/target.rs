//! Which device of which hub a cloud call is about.

use nanorig_cloud::hub::{Hub, HubError, HubHandle, Identity};
use nanorig_dut::{Args, Failure, Param, ParamKind};
use nanorig_trace::Utc;

use crate::simulated::Stage;

/// Parameter: the device.
pub(crate) const DEVICE: Param = Param {
    name: "device",
    kind: ParamKind::Text,
    required: false,
    doc: "Device id, or `device/module`. Default: the device under test.",
};

/// Parameter: the hub.
pub(crate) const HUB: Param = Param {
    name: "hub",
    kind: ParamKind::Text,
    required: false,
    doc: "The hub, by its name. Default: the one that the device was last assigned to.",
};

/// The hub that a call names, or the one of the device.
pub(crate) fn hub(stage: &Stage, args: &Args) -> Result<HubHandle, Failure> {
    stage.hub(args.text("hub")).map_err(|message| Failure::new("unknown-hub", message))
}

/// The identity that a call names, or that of the device under test.
pub(crate) fn identity(stage: &Stage, args: &Args) -> Identity {
    match args.text("device") {
        Some(text) => match text.split_once('/') {
            Some((device, module)) => Identity::module(device, module),
            None => Identity::device(text),
        },
        None => stage.identity(),
    }
}

/// Does something about the device that a call names, at its hub.
pub(crate) fn change<R>(
    stage: &Stage,
    args: &Args,
    change: impl FnOnce(&mut Hub, Utc, &Identity) -> Result<R, HubError>,
) -> Result<R, Failure> {
    let hub = hub(stage, args)?;
    let identity = identity(stage, args);
    hub.with(|hub, now| change(hub, now, &identity)).map_err(|error| refused(&error))
}

/// A hub's refusal as a failure that scenarios can expect.
pub(crate) fn refused(error: &HubError) -> Failure {
    use nanorig_cloud::hub::ErrorCode;
    let kind = match error.code {
        ErrorCode::DeviceMaximumQueueDepthExceeded => "queue-full",
        ErrorCode::DeviceNotFound | ErrorCode::ModuleNotFound => "unknown-device",
        ErrorCode::DeviceNotOnline => "not-connected",
        ErrorCode::GatewayTimeout => "timeout",
        ErrorCode::ThrottlingException | ErrorCode::ThrottleBacklogLimitExceeded => "throttled",
        ErrorCode::MessageTooLarge => "too-large",
        ErrorCode::BadDeviceResponse => "bad-answer",
        _ => "refused",
    };
    Failure::new(kind, error.to_string())
}
