//! Verdicts and trace rendered for people and machines
