//! What IoT Hub and DPS decided.

use serde_json::Value;

use super::ConnId;
use super::spec::events;
use crate::Utc;

events! {
    /// What IoT Hub and DPS decided. `device` is a device id, or `device/module` for a module.
    pub enum CloudEvent {
        /// The hub accepted a device.
        "connected" => Connected {
            /// Identity.
            device: String,
            /// Its connection.
            conn: ConnId,
            /// `sas`, `policy`, `x509-thumbprint` or `x509-ca`.
            auth: String,
            /// Expiry of its token.
            expires: Option<Utc>,
            /// True when a stored session was resumed.
            session_present: bool,
            /// Model id that it announced.
            model_id: Option<String>,
        },
        /// The hub or DPS refused a device.
        "refused" => Refused {
            /// `hub` or `dps`.
            service: String = ["hub", "dps"],
            /// Identity that it claimed.
            device: String,
            /// Its connection.
            conn: ConnId,
            /// CONNACK return code or HTTP-like status.
            code: u32,
            /// `bad-signature`, `token-expired`, `wrong-resource`, `malformed-token`, `wrong-policy`, `unknown-device`, `device-disabled`, `wrong-auth-type`, `certificate-required`, `certificate-mismatch`, `certificate-expired`, `bad-username`, `bad-request`, `client-id-mismatch`, `throttled`, `unavailable`, `protocol-level` or `stimulus`.
            reason: String,
        },
        /// A device's connection to the hub ended.
        "disconnected" => Disconnected {
            /// Identity.
            device: String,
            /// Its connection.
            conn: ConnId,
            /// `client-disconnect`, `closed-by-peer`, `keep-alive`, `taken-over`, `token-expired`, `device-disabled`, `device-deleted`, `violation`, `qos2`, `bad-topic`, `oversize`, `throttled`, `restart` or `stimulus`.
            cause: String,
            /// True when the will was published.
            will: bool,
        },
        /// Telemetry was stored.
        "telemetry" => Telemetry {
            /// Sender.
            device: String,
            /// Application properties.
            properties: Value,
            /// System properties by their Event Hub names, such as `content-type`.
            system: Value,
            /// Body: the JSON value when content type and encoding say so, else text or `{"hex": ...}`.
            body: Value,
            /// QoS of its PUBLISH.
            qos: u8,
        },
        /// Reported properties changed.
        "twin-reported" => TwinReported {
            /// Whose twin.
            device: String,
            /// The patch.
            patch: Value,
            /// New `$version` of the reported section.
            version: i64,
        },
        /// Desired properties changed.
        "twin-desired" => TwinDesired {
            /// Whose twin.
            device: String,
            /// The patch.
            patch: Value,
            /// New `$version` of the desired section.
            version: i64,
            /// True when the device was told.
            delivered: bool,
        },
        /// The device read its twin.
        "twin-read" => TwinRead {
            /// Whose twin.
            device: String,
            /// `$version` of the desired section that it got.
            desired_version: i64,
        },
        /// The hub refused a twin request.
        "twin-refused" => TwinRefused {
            /// Whose twin.
            device: String,
            /// Status, such as 400 or 429.
            status: u16,
            /// Why.
            message: String,
        },
        /// A direct method was sent to the device.
        "method-called" => MethodCalled {
            /// Device.
            device: String,
            /// Method name.
            name: String,
            /// Request id.
            rid: String,
            /// Payload.
            payload: Value,
        },
        /// A direct method ended.
        "method-finished" => MethodFinished {
            /// Device.
            device: String,
            /// Method name.
            name: String,
            /// Request id, empty when nothing was sent.
            rid: String,
            /// The device's status, or 404 (not reachable) or 504 (no answer) from the hub.
            status: i32,
            /// `device`, `not-connected`, `timeout`, `late` (the answer came after the time-out) or `unknown` (the answer names no call of its connection; `name` is empty).
            by: String,
            /// Payload of the answer.
            payload: Value,
        },
        /// A cloud-to-device message changed its state.
        "c2d" => C2d {
            /// Addressee.
            device: String,
            /// Message id.
            id: String,
            /// `enqueued`, `delivered`, `completed`, `expired`, `dead-lettered`, `refused` or `purged`.
            state: String = [
                "enqueued", "delivered", "completed", "expired", "dead-lettered", "refused", "purged"
            ],
            /// Deliveries so far.
            deliveries: u32,
        },
        /// The hub slowed or refused something for its quota.
        "throttled" => Throttled {
            /// Who.
            device: String,
            /// Which operation.
            operation: String,
        },
        /// DPS received a request for registration or status.
        "registration" => Registration {
            /// Registration id.
            registration: String,
            /// `register` or `poll`.
            request: String = ["register", "poll"],
            /// `assigning`, `assigned`, `failed`, `disabled` or `error`.
            status: String,
            /// HTTP-like status code of the answer.
            code: u16,
            /// Hub that was assigned.
            hub: Option<String>,
            /// Device id that was assigned.
            device_id: Option<String>,
            /// Seconds that the device was told to wait.
            retry_after_s: Option<u32>,
            /// Model id in the request's payload.
            model_id: Option<String>,
            /// Error code of the service, such as 401002.
            error_code: Option<u32>,
        },
    }
}
