//! Maps with known keys, read by tables.
//!
//! A [`Field`] says a key's name, type and meaning and where its value goes; the reader,
//! the JSON Schema and the did-you-mean all work from the same tables.

use nanorig_dut::{Named, ParamKind, Vocabulary};
use serde_json::Value;

use crate::scalar::{convert, fault, wrong};
use crate::syntax::{Key, Node, NodeKind};
use crate::{Diagnostic, suggest};

/// A list of names that a value must be one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Profiles,
    Personas,
    Quirks,
    Requirements,
    Certificates,
    Roots,
    Capabilities,
}

impl Names {
    /// What one of them is called.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Profiles => "profile",
            Self::Personas => "persona",
            Self::Quirks => "quirk",
            Self::Requirements => "requirement",
            Self::Certificates => "certificate chain",
            Self::Roots => "root",
            Self::Capabilities => "capability",
        }
    }

    const fn list_command(self) -> &'static str {
        match self {
            Self::Profiles => "nanorig list profiles",
            Self::Personas => "nanorig list personas",
            Self::Quirks => "nanorig list quirks",
            Self::Requirements => "nanorig list requirements",
            Self::Certificates => "nanorig list certificates",
            Self::Roots => "nanorig list roots",
            Self::Capabilities => "nanorig list capabilities",
        }
    }

    pub(crate) fn all(self, words: &Vocabulary) -> Vec<&str> {
        let list: &[Named] = match self {
            Self::Profiles => &words.profiles,
            Self::Personas => &words.personas,
            Self::Quirks => &words.quirks,
            Self::Requirements => &words.requirements,
            Self::Certificates => &words.certificates,
            Self::Roots => &words.roots,
            Self::Capabilities => return nanorig_dut::CAPABILITIES.iter().map(|spec| spec.name).collect(),
        };
        list.iter().map(|named| named.name.as_str()).collect()
    }
}

/// One key of a section.
pub(crate) struct Field<T> {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) kind: ParamKind,
    /// When the value, or each item of a list, must be a known name.
    pub(crate) names: Option<Names>,
    pub(crate) set: fn(&mut T, Value),
}

/// A key without a name list.
pub(crate) const fn field<T>(
    name: &'static str,
    kind: ParamKind,
    doc: &'static str,
    set: fn(&mut T, Value),
) -> Field<T> {
    Field { name, doc, kind, names: None, set }
}

/// A key whose value is one of the known names.
pub(crate) const fn name<T>(
    name: &'static str,
    names: Names,
    doc: &'static str,
    set: fn(&mut T, Value),
) -> Field<T> {
    Field { name, doc, kind: ParamKind::Text, names: Some(names), set }
}

/// A key whose value is a list of known names.
pub(crate) const fn names<T>(
    name: &'static str,
    names: Names,
    doc: &'static str,
    set: fn(&mut T, Value),
) -> Field<T> {
    Field { name, doc, kind: ParamKind::Texts, names: Some(names), set }
}

/// Reads maps and gathers what is wrong with them.
pub(crate) struct Reader<'a> {
    pub(crate) words: &'a Vocabulary,
    pub(crate) faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    pub(crate) fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// Keeps a value, or its fault.
    pub(crate) fn keep<V>(&mut self, result: Result<V, Diagnostic>) -> Option<V> {
        result.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// The entries of a map; anything else is a fault.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Key, Node)] {
        match &node.kind {
            NodeKind::Map(entries) => entries,
            _ => {
                self.fault(wrong(node, &format!("a map for {what}"), "write `key: value` lines, indented"));
                &[]
            }
        }
    }

    /// The items of a list; anything else is a fault.
    pub(crate) fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.kind {
            NodeKind::List(items) => items,
            _ => {
                self.fault(wrong(node, &format!("a list of {what}"), "begin each with `- `"));
                &[]
            }
        }
    }

    /// Reads a whole section by its table. `nested` handles the keys that are sections themselves.
    pub(crate) fn section<T>(
        &mut self,
        node: &Node,
        what: &str,
        fields: &[Field<T>],
        nested: &[&'static str],
        target: &mut T,
        mut inner: impl FnMut(&mut Self, &str, &Node, &mut T),
    ) {
        for (key, value) in self.entries(node, what) {
            if let Some(field) = fields.iter().find(|field| field.name == key.text) {
                if let Some(value) = self.value(&field.kind, field.names, value) {
                    (field.set)(target, value);
                }
            } else if nested.contains(&key.text.as_str()) {
                inner(self, &key.text, value, target);
            } else {
                let known: Vec<&str> =
                    fields.iter().map(|field| field.name).chain(nested.iter().copied()).collect();
                self.fault(unknown_key(key, what, &known));
            }
        }
    }

    /// Converts one value and checks it against its list of names.
    pub(crate) fn value(&mut self, kind: &ParamKind, names: Option<Names>, node: &Node) -> Option<Value> {
        let value = self.keep(convert(kind, node))?;
        let Some(names) = names else { return Some(value) };
        let nodes: &[Node] = match &node.kind {
            NodeKind::List(items) => items,
            _ => std::slice::from_ref(node),
        };
        let before = self.faults.len();
        for node in nodes {
            if let Ok(text) = crate::scalar::text(node) {
                self.known_name(names, &text, node);
            }
        }
        (self.faults.len() == before).then_some(value)
    }

    fn known_name(&mut self, names: Names, text: &str, node: &Node) {
        let all = names.all(self.words);
        if all.contains(&text) {
            return;
        }
        let noun = names.noun();
        let help = suggest::help(text, &all, names.list_command());
        let message = format!("there is no {noun} `{text}`");
        let fault = fault("scenario::unknown-name", message, node, &format!("unknown {noun}"), help);
        self.fault(fault);
    }
}

pub(crate) fn unknown_key(key: &Key, what: &str, known: &[&str]) -> Diagnostic {
    Diagnostic {
        code: "scenario::unknown-key",
        message: format!("{what} has no key `{}`", key.text),
        span: key.span,
        label: "unknown key".into(),
        help: suggest::help(&key.text, known, ""),
    }
}
