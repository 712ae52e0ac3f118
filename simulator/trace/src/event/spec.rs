//! Event declarations that carry their own documentation.

/// One kind of event, for messages and documents.
#[derive(Debug)]
pub struct EventSpec {
    /// Name without the source, kebab case.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Its fields.
    pub fields: &'static [FieldSpec],
}

/// One field of an event.
#[derive(Debug)]
pub struct FieldSpec {
    /// Name as written in traces and scenarios.
    pub name: &'static str,
    /// Meaning, unit and range.
    pub doc: &'static str,
    /// The only words that it can hold; none: anything of its type.
    pub words: &'static [&'static str],
}

/// Declares the enum of one source. Each variant names itself and documents its fields. A field of few words lists
/// them behind its type: `state: String = ["on", "off"]`.
macro_rules! events {
    (
        $(#[doc = $enum_doc:literal])*
        pub enum $Enum:ident {
            $(
                $(#[doc = $doc:literal])*
                $name:literal => $Variant:ident {
                    $( $(#[doc = $field_doc:literal])* $field:ident: $Type:ty $(= [$($word:literal),+])?, )*
                },
            )*
        }
    ) => {
        $(#[doc = $enum_doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "event", deny_unknown_fields)]
        #[non_exhaustive]
        pub enum $Enum {
            $(
                $(#[doc = $doc])*
                #[serde(rename = $name)]
                $Variant {
                    $( $(#[doc = $field_doc])* $field: $Type, )*
                },
            )*
        }

        impl $Enum {
            /// All kinds of this source's events.
            pub const SPECS: &'static [$crate::event::EventSpec] = &[
                $( $crate::event::EventSpec {
                    name: $name,
                    doc: concat!($($doc),*),
                    fields: &[
                        $( $crate::event::FieldSpec {
                            name: stringify!($field),
                            doc: concat!($($field_doc),*),
                            words: &[$($($word),+)?],
                        }, )*
                    ],
                }, )*
            ];

            /// The event's name without its source, kebab case.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $( Self::$Variant { .. } => $name, )*
                }
            }

            /// For each kind something that makes such an event of any values.
            #[cfg(test)]
            pub(crate) const DRAWS: &'static [fn(&mut proptest::test_runner::TestRng) -> Self] = &[
                $( |rng| {
                    let _ = &rng; // Some kinds have no fields.
                    Self::$Variant { $( $field: $crate::event::testing::Draw::draw(rng), )* }
                }, )*
            ];
        }
    };
}

pub(super) use events;
