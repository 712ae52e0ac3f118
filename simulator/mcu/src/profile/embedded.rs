//! The profile files that come with the program.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$( ($name, include_str!(concat!("../../profiles/", $name))) ),*]
    };
}

/// Name and text of each file, ESP32 first.
pub(super) const FILES: &[(&str, &str)] = files![
    "esp32-wroom.toml",
    "esp32-wrover.toml",
    "esp32-s3.toml",
    "esp32-c3.toml",
    "stm32f769i-disco.toml",
    "orgpal-palthree.toml",
    "stm32f439.toml",
    "stm32l475.toml",
    "stm32l4-minimal.toml",
];
