//! Checks of the MQTT 3.1.1 client (OASIS MQTT Version 3.1.1).

mod conn_01;
mod conn_02;
mod conn_03;
mod conn_05;
mod conn_06;
mod conn_07;
mod conn_08;
pub(crate) mod disc_01;
mod frag_01;
mod keepalive_01;
mod keepalive_02;
mod keepalive_03;
mod keepalive_04;
mod keepalive_05;
mod mal_01;
mod mal_02;
mod mal_03;
mod mal_04;
mod mal_05;
mod mal_06;
mod mal_07;
mod malformed;
mod order_01;
mod pub_01;
mod pub_02;
mod qos1_01;
mod qos1_02;
mod qos1_03;
mod qos1_04;
mod qos1_05;
mod qos1_06;
mod sess_01;
pub(crate) mod sess_02;
mod sess_03;
mod sess_04;
mod sub_01;
mod sub_02;
mod sub_03;
mod sub_04;

use crate::Check;

/// This family's checks.
pub(crate) const CHECKS: &[Check] = &[
    conn_01::CHECK,
    conn_02::CHECK,
    conn_03::CHECK,
    conn_05::CHECK,
    conn_06::CHECK,
    conn_07::CHECK,
    conn_08::CHECK,
    keepalive_01::CHECK,
    keepalive_02::CHECK,
    keepalive_03::CHECK,
    keepalive_04::CHECK,
    keepalive_05::CHECK,
    pub_01::CHECK,
    pub_02::CHECK,
    qos1_01::CHECK,
    qos1_02::CHECK,
    qos1_03::CHECK,
    qos1_04::CHECK,
    qos1_05::CHECK,
    qos1_06::CHECK,
    order_01::CHECK,
    sub_01::CHECK,
    sub_02::CHECK,
    sub_03::CHECK,
    sub_04::CHECK,
    sess_01::CHECK,
    sess_02::CHECK,
    sess_03::CHECK,
    sess_04::CHECK,
    mal_01::CHECK,
    mal_02::CHECK,
    mal_03::CHECK,
    mal_04::CHECK,
    mal_05::CHECK,
    mal_06::CHECK,
    mal_07::CHECK,
    frag_01::CHECK,
    disc_01::CHECK,
];
