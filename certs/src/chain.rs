//! Every kind of server chain, and what is wrong with it.

use std::fmt;
use std::str::FromStr;

/// What a client that follows RFC 5280 and RFC 6125 refuses a chain for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Flaw {
    /// It leads to no trusted root.
    Issuer,
    /// A certificate of it has expired.
    Expired,
    /// A certificate of it is not valid yet.
    NotYetValid,
    /// It is for another host.
    Name,
    /// It is not for servers.
    Purpose,
    /// The server does not hold its key.
    Key,
}

macro_rules! chain_kinds {
    ($($variant:ident = $name:literal, $flaw:expr, $summary:literal;)+) => {
        /// A kind of server chain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ChainKind {
            $(#[doc = $summary] $variant,)+
        }

        impl ChainKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name used in scenarios and traces.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the chain is, in a sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }

            /// Why a correct client that trusts the chain's root refuses it, `None` when it must not.
            #[must_use]
            pub const fn flaw(self) -> Option<Flaw> {
                match self { $(Self::$variant => $flaw,)+ }
            }
        }
    };
}

chain_kinds! {
    Good = "good", None,
        "Leaf and one intermediate.";
    GoodTwoIntermediates = "good-two-intermediates", None,
        "Leaf and two intermediates, sent in order.";
    Rotated = "rotated", None,
        "As `good`, with another intermediate and another leaf under the same root.";
    WithRoot = "with-root", None,
        "Leaf, intermediate and the root itself, which need not be sent.";
    WithExtra = "with-extra", None,
        "Leaf and intermediate, then a certificate that has nothing to do with them.";
    Larger20Percent = "larger-20-percent", None,
        "A chain 20 % larger than the hub's of today.";
    Oversized8k = "oversized-8k", None,
        "A chain of 8 KiB.";
    Oversized12k = "oversized-12k", None,
        "A chain of 12 KiB.";
    Wildcard = "wildcard", None,
        "The left-most label of the host name is a wildcard, as in the certificates of IoT Hub.";
    ExpiredLeaf = "expired-leaf", Some(Flaw::Expired),
        "The leaf expired a day ago.";
    ExpiredIntermediate = "expired-intermediate", Some(Flaw::Expired),
        "The intermediate expired a day ago.";
    NotYetValid = "not-yet-valid", Some(Flaw::NotYetValid),
        "The leaf becomes valid tomorrow.";
    WrongName = "wrong-name", Some(Flaw::Name),
        "The leaf is for another host.";
    CnOnly = "cn-only", Some(Flaw::Name),
        "The host is named in the common name alone; there is no subject alternative name.";
    CnRightSanWrong = "cn-right-san-wrong", Some(Flaw::Name),
        "The common name is right, the subject alternative name is another host's.";
    WildcardTwoLabels = "wildcard-two-labels", Some(Flaw::Name),
        "The wildcard would have to stand for two labels: `*.b.c` for a host `x.a.b.c`.";
    WildcardInner = "wildcard-inner", Some(Flaw::Name),
        "The wildcard is not the left-most label: `x.*.c` for a host `x.b.c`.";
    WildcardPartial = "wildcard-partial", Some(Flaw::Name),
        "The wildcard is a part of a label: `x*.b.c` for a host `xyz.b.c`.";
    SelfSigned = "self-signed", Some(Flaw::Issuer),
        "The leaf signed itself.";
    UnknownCa = "unknown-ca", Some(Flaw::Issuer),
        "The chain leads to a root that nobody trusts.";
    MissingIntermediate = "missing-intermediate", Some(Flaw::Issuer),
        "The leaf comes alone, although an intermediate issued it.";
    NotACa = "not-a-ca", Some(Flaw::Issuer),
        "The leaf is signed by another leaf, whose basic constraints do not allow that.";
    BrokenSignature = "broken-signature", Some(Flaw::Issuer),
        "One bit of the signature on the leaf is flipped.";
    ClientAuthOnly = "client-auth-only", Some(Flaw::Purpose),
        "The leaf's extended key usage allows client authentication only.";
    WrongKey = "wrong-key", Some(Flaw::Key),
        "The chain is good, but the server signs the key exchange with another key.";
    DamagedKeyExchange = "damaged-key-exchange", Some(Flaw::Key),
        "The chain is good, but one bit of the server's signature on the key exchange is flipped.";
}

impl fmt::Display for ChainKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No kind of chain has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kind of chain is called `{0}`")]
pub struct UnknownChainKind(pub String);

impl FromStr for ChainKind {
    type Err = UnknownChainKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| UnknownChainKind(text.to_owned()))
    }
}
