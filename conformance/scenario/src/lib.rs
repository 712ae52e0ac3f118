//! Scenario files: text to spanned syntax to a checked plan
