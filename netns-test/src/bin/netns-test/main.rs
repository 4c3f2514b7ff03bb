//! The command `netns-test`: what the tests of the crate have, for people and
//! for programs that know nothing of it.

mod args;
#[cfg(target_os = "linux")]
mod doctor;
mod hosts;
mod output;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod ps;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod shell;
mod status;

use std::process::ExitCode;

use args::Arguments;
use clap::Parser;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use args::Command;
    match Arguments::parse().command {
        Command::Run(arguments) => run::main(&arguments),
        Command::Doctor(arguments) => doctor::main(&arguments),
        Command::Ps(arguments) => ps::main(&arguments),
        Command::Shell(arguments) => shell::main(&arguments),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    // Wrong usage is told, and the manual shown, on every system.
    let _ = Arguments::parse();
    output::complain(&format!(
        "only Linux has network namespaces, and this is {}",
        std::env::consts::OS
    ));
    ExitCode::from(status::NO_NAMESPACE)
}
