//! The example is compiled and run as it stands, so that it cannot rot. How much it measures is `cargo xtask bench`'s business.

#[path = "../examples/fleet.rs"]
#[expect(dead_code, reason = "an example's main is not called here")]
mod fleet;

#[tokio::test(start_paused = true)]
async fn a_fleet_connects_and_each_device_sends_a_message() {
    let (connected, _bytes) = fleet::measure(25).await.unwrap();
    assert_eq!(connected, 25);
}
