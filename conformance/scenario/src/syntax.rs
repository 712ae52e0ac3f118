//! YAML with spans: the tree of a file before anything in it has a meaning.

use granit_parser::{Event, Parser, ScalarStyle};

use crate::source::line;
use crate::{Diagnostic, Span};

/// A value and where it stood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeKind {
    /// A scalar; `plain` when it was written without quotes, so that `5` is a number and `"5"` is not.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Node {
    /// True where a value should stand and none does.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, plain: true } if text.is_empty() || text == "~")
    }

    /// What the node is, for messages.
    pub(crate) fn noun(&self) -> &'static str {
        match &self.kind {
            NodeKind::Scalar { .. } if self.is_nothing() => "nothing",
            NodeKind::Scalar { .. } => "a single value",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

/// Parses one YAML document. Anchors, aliases and tags are refused: a scenario reads top to bottom.
pub(crate) fn parse(text: &str) -> Result<Node, Diagnostic> {
    let options = granit_parser::Options::default();
    let events = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder { text, open: Vec::new(), root: None };
    for next in events {
        let (event, span) = next.map_err(|error| scan_error(text, &error))?;
        let span = span.byte_range().map_or_else(Span::default, Span::from);
        builder.take(event, span)?;
    }
    let whole = Span { start: 0, end: text.len().min(1) };
    builder.root.ok_or_else(|| Diagnostic {
        code: "scenario::empty",
        message: "the file holds no scenario".into(),
        span: whole,
        label: "nothing here".into(),
        help: "start with `format: 1`, then `name:` and `steps:`; scenarios/README.md teaches the format"
            .into(),
    })
}

/// A collection whose end was not seen yet.
enum Open {
    List(Vec<Node>, Span),
    Map(Vec<(Key, Node)>, Option<Key>, Span),
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), span)?;
                let plain = style == ScalarStyle::Plain;
                self.place(Node { span, kind: NodeKind::Scalar { text: text.into_owned(), plain } })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), span)?;
                self.open.push(Open::List(Vec::new(), span));
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), span)?;
                self.open.push(Open::Map(Vec::new(), None, span));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(_) => Err(unsupported(span, "an alias")),
            Event::DocumentStart(..) if self.root.is_some() => Err(Diagnostic {
                code: "scenario::one-document",
                message: "a file holds one scenario".into(),
                span,
                label: "a second document starts here".into(),
                help: "put it into a file of its own".into(),
            }),
            _ => Ok(()),
        }
    }

    fn plain_only(&self, anchor: usize, tagged: bool, span: Span) -> Result<(), Diagnostic> {
        match (anchor, tagged) {
            (0, false) => Ok(()),
            (_, true) => Err(unsupported(span, "a tag")),
            _ => Err(unsupported(span, "an anchor")),
        }
    }

    fn close(&mut self, end: Span) -> Result<(), Diagnostic> {
        let node = match self.open.pop() {
            Some(Open::List(items, start)) => {
                Node { span: self.trimmed(start, end), kind: NodeKind::List(items) }
            }
            Some(Open::Map(entries, _, start)) => {
                Node { span: self.trimmed(start, end), kind: NodeKind::Map(entries) }
            }
            None => return Ok(()),
        };
        self.place(node)
    }

    /// From the start of a collection to the last character of its content.
    fn trimmed(&self, start: Span, end: Span) -> Span {
        let whole = self.text.get(start.start..end.end).unwrap_or_default();
        Span { start: start.start, end: start.start + whole.trim_end().len() }
    }

    fn place(&mut self, node: Node) -> Result<(), Diagnostic> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(items, _)) => items.push(node),
            Some(Open::Map(entries, pending, _)) => match pending.take() {
                Some(key) => entries.push((key, node)),
                None => *pending = Some(as_key(self.text, node, entries)?),
            },
        }
        Ok(())
    }
}

fn as_key(source: &str, node: Node, entries: &[(Key, Node)]) -> Result<Key, Diagnostic> {
    let NodeKind::Scalar { text, .. } = node.kind else {
        return Err(Diagnostic {
            code: "scenario::key",
            message: "a key must be a single word".into(),
            span: node.span,
            label: "not a word".into(),
            help: "write `key: value`".into(),
        });
    };
    if let Some((first, _)) = entries.iter().find(|(key, _)| key.text == text) {
        let line = line(source, first.span);
        return Err(Diagnostic {
            code: "scenario::duplicate-key",
            message: format!("`{text}` is given twice"),
            span: node.span,
            label: "again".into(),
            help: format!("keep one of the two; the first stands in line {line}"),
        });
    }
    Ok(Key { text, span: node.span })
}

fn unsupported(span: Span, what: &str) -> Diagnostic {
    Diagnostic {
        code: "scenario::unsupported-yaml",
        message: format!("{what} is not supported in scenarios"),
        span,
        label: "here".into(),
        help: "write the value out, or use `repeat` for steps".into(),
    }
}

fn scan_error(text: &str, error: &granit_parser::ScanError) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or_default().min(text.len());
    let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    Diagnostic {
        code: "scenario::yaml",
        message: format!("not valid YAML: {}", error.info()),
        span: Span { start: at, end },
        label: "the parser stopped here".into(),
        help: "check the indentation, and quote texts that hold `: `, `#`, `{` or `[`".into(),
    }
}
