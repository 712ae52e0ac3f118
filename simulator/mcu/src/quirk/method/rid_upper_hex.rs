//! Answers methods with the request id as a hexadecimal number in capitals.

use crate::habits::MethodRid;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "rid-upper-hex",
    summary: "answers methods with the request id as a hexadecimal number in capitals",
    source: "nanoFramework DeviceClient",
    fails: &["METHOD-01", "METHOD-04"],
    apply: |habits| habits.cloud.methods.rid = MethodRid::UpperHex,
};
