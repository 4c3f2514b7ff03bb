//! A report without what differs from run to run.

/// Puts a word in the place of each number that is not the test's own, and
/// leaves the counters out, which the kernel's version decides on.
pub(crate) fn normal(report: &str) -> String {
    let mut lines = Vec::new();
    let mut is_of_counters = false;
    for line in report.lines() {
        let begins = !line.starts_with("   ");
        is_of_counters = line.starts_with("  counters:") || (is_of_counters && !begins);
        if is_of_counters {
            if begins {
                lines.push("  counters:   …".to_owned());
            }
            continue;
        }
        // What passed through a link.
        let line = line.split(", received ").next().unwrap_or_default();
        lines.push(words(line));
    }
    lines.join("\n") + "\n"
}

fn words(line: &str) -> String {
    let mut before = "";
    let mut words = Vec::new();
    for word in line.split(' ') {
        words.push(match before {
            "cookie" | "fd" | "pid" => numbers(word, "N"),
            "link/ether" => "MAC".to_owned(),
            // The kernel counts its own buffers as well.
            _ if line.contains("bytes queued") && word.parse::<u32>().is_ok() => "N".to_owned(),
            _ if word.starts_with("net:[") => numbers(word, "N"),
            _ if word.starts_with("(`state_fixture-") => "(`PROGRAM`),".to_owned(),
            _ if word.starts_with("`state_fixture-") => "`PROGRAM`".to_owned(),
            _ => ephemeral(word),
        });
        before = word;
    }
    let line = words.join(" ");
    // Columns are as wide as the widest port.
    match line.split_once("PORT") {
        Some(_) => line.split_whitespace().collect::<Vec<_>>().join(" "),
        None => line,
    }
}

/// Each number of `word` replaced by `by`.
fn numbers(word: &str, by: &str) -> String {
    let mut text = String::new();
    let mut is_in_number = false;
    for character in word.chars() {
        if !character.is_ascii_digit() {
            text.push(character);
        } else if !is_in_number {
            text.push_str(by);
        }
        is_in_number = character.is_ascii_digit();
    }
    text
}

/// An address with a port that the kernel chose.
fn ephemeral(word: &str) -> String {
    match word.rsplit_once(':') {
        Some((address, port)) if port.parse().is_ok_and(|port: u16| port >= 32768) => {
            format!("{address}:PORT")
        }
        _ => word.to_owned(),
    }
}
