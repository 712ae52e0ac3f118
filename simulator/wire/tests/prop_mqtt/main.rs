//! Properties of the MQTT codecs: nothing panics, what is written is read back, and the pieces of a stream do not matter.

mod strategies;
mod v3;
mod v5;
