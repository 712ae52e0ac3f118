//! The example is compiled and run as it stands, so that it cannot rot.

#[path = "../examples/thermostat.rs"]
#[expect(dead_code, reason = "an example's main is not called here")]
mod thermostat;

/// Which line of the console has this text, after line `from`.
fn find(console: &[String], from: usize, text: &str) -> usize {
    let found = console.iter().skip(from).position(|line| line.contains(text));
    from + found.unwrap_or_else(|| panic!("no `{text}` from line {from} on:\n{}", console.join("\n")))
}

#[tokio::test(start_paused = true)]
async fn the_thermostat_provisions_obeys_and_sleeps() {
    let console = thermostat::half_an_hour().await.unwrap();
    let assigned = find(&console, 0, "assigned to contoso.azure-devices.net as thermostat-7");
    let initial = find(&console, assigned, "target 19.0, sent");
    let blinking = find(&console, initial, r#"blinking, as {"colour":"green"} says"#);
    let asleep = find(&console, blinking, "going to sleep");
    assert!(console[asleep - 2].contains("target 23.5, sent"), "the wish counts at once");
    let awake = find(&console, asleep, "boot 2, deep-sleep");
    find(&console, awake, "target 23.5, sent");
    let again = find(&console, awake, "boot 3, deep-sleep");
    find(&console, again, "desired version 3");
    let count = |text: &str| console.iter().filter(|line| line.contains(text)).count();
    assert_eq!(count("assigned to"), 1, "flash keeps the assignment");
    assert_eq!(count("target 99"), 0, "nobody heats to 99 degrees");
    assert_eq!((count("sent {"), count("no luck")), (9, 0));
}

#[tokio::test(start_paused = true)]
async fn the_thermostat_does_the_same_each_time() {
    let first = thermostat::half_an_hour().await.unwrap();
    assert_eq!(thermostat::half_an_hour().await.unwrap(), first);
}
