//! Sends JSON without content type and encoding.

use crate::habits::MessageForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-content-type",
    summary: "sends JSON without content type and encoding",
    source: "most samples",
    fails: &["HUB-D2C-03"],
    apply: |habits| habits.cloud.hub.message = MessageForm::WithoutContentType,
};
