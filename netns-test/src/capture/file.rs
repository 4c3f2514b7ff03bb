//! The file of one recording.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::PathBuf;

use crate::env;
use crate::error::Error;

/// What a name may be long, of the 255 bytes that most file systems take.
const LONGEST: usize = 180;
/// How many files of one test and one process there may be.
const MOST: u32 = 1000;

/// Makes a file for the test `name` that was not there before.
pub(super) fn create(name: &str) -> Result<(PathBuf, File), Error> {
    let directory = &env::settings()?.directory;
    fs::create_dir_all(directory).map_err(|error| {
        Error::system(
            format!("make the directory `{}`", directory.display()),
            error,
        )
        .with_hint("`NETNS_TEST_DIR` names another one")
    })?;
    let process = std::process::id();
    let mut path = PathBuf::new();
    for attempt in 0..MOST {
        path = directory.join(file_name(name, process, attempt));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            // Of an earlier process with this number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(Error::system(format!("make `{}`", path.display()), error)
                    .with_hint("`NETNS_TEST_DIR` names another directory"));
            }
        }
    }
    let exists = io::ErrorKind::AlreadyExists.into();
    Err(Error::system(format!("make `{}`", path.display()), exists)
        .with_hint("remove what earlier runs have left there"))
}

/// `module.test.4711.pcapng`: what no file system and no shell minds.
fn file_name(test: &str, process: u32, attempt: u32) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "_-.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let dotted = test.replace("::", ".");
    let name: String = dotted.trim_start_matches('.').chars().map(plain).collect();
    let name = &name[..name.len().min(LONGEST)];
    match attempt {
        0 => format!("{name}.{process}.pcapng"),
        again => format!("{name}.{process}-{again}.pcapng"),
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_plain() {
        assert_eq!(file_name("a::b::c", 7, 0), "a.b.c.7.pcapng");
        assert_eq!(file_name("r#type", 7, 2), "r_type.7-2.pcapng");
        assert_eq!(file_name("größe/../x y", 7, 0), "gr__e_.._x_y.7.pcapng");
        assert_eq!(file_name("..", 7, 0), ".7.pcapng");
        let long = file_name(&"x".repeat(10_000), u32::MAX, u32::MAX);
        assert!(long.len() < 255, "{}", long.len());
    }
}
