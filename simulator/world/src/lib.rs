//! Everything around a device that can vary: clock, chance, link, LAN services, gateway, capture
