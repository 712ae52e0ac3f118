//! Takes any server certificate.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "skips-server-verification",
    summary: "takes any server certificate",
    source: "`ValidateServerCertificate = false`, setInsecure()",
    fails: &["TLS-CHAIN-01", "TLS-CHAIN-02", "TLS-CHAIN-04"],
    apply: |habits| habits.tls.verify_chain = false,
};
