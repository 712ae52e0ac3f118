//! The emulated microcontroller: budgets, network stack, protocol clients, personas, power
