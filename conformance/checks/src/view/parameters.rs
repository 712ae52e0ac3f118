//! Thresholds: the scenario's value, else the catalogue's default.

use std::time::Duration;

use super::View;
use crate::{Catalogue, Parameter, Requirement};

impl View<'_> {
    /// The threshold of this name in its unit.
    ///
    /// # Panics
    /// No requirement declares it, which is a mistake in the check.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        self.given(name).unwrap_or(declared(name).default)
    }

    /// The threshold of this name where the scenario sets it.
    ///
    /// # Panics
    /// As [`number`](Self::number).
    #[must_use]
    pub fn given(&self, name: &str) -> Option<f64> {
        self.trace.header.parameters.get(name).and_then(|value| declared(name).read(value).ok())
    }

    /// The threshold of this name, which is in seconds.
    ///
    /// # Panics
    /// As [`number`](Self::number).
    #[must_use]
    pub fn duration(&self, name: &str) -> Duration {
        Parameter::seconds(self.number(name))
    }

    /// Why one of the requirement's thresholds cannot be used as the scenario gives it.
    pub(crate) fn parameter_error(&self, requirement: &Requirement) -> Option<String> {
        let given = |name: &String| self.trace.header.parameters.get(name);
        requirement.parameters.iter().find_map(|(name, parameter)| {
            let error = parameter.read(given(name)?).err()?;
            Some(format!("the parameter {name} cannot be read: {error}"))
        })
    }
}

fn declared(name: &str) -> &'static Parameter {
    Catalogue::get().parameter(name).expect("checks use thresholds that the catalogue declares")
}
