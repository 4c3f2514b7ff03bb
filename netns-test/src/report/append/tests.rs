use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process;
use std::{env, fs};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::*;

/// A directory that only this test uses.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let directory = env::temp_dir().join(format!("netns-test-{test}-{}", process::id()));
        fs::create_dir(&directory).unwrap();
        Self(directory)
    }

    fn file(&self) -> PathBuf {
        self.0.join("file")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn add(path: &Path, text: &str) -> Result<(), Failed> {
    append(path, |_| text.into())
}

#[test]
fn lines_follow_each_other() {
    let directory = Directory::new("lines");
    let file = directory.file();
    add(&file, "one\n").unwrap();
    add(&file, "two\n").unwrap();
    add(&file, "").unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\n");
}

#[test]
fn no_line_is_glued_to_one_that_was_broken_off() {
    let directory = Directory::new("glued");
    let file = directory.file();
    fs::write(&file, "{\"half").unwrap();
    add(&file, "whole\n").unwrap();
    add(&file, "whole too\n").unwrap();
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "{\"half\nwhole\nwhole too\n"
    );
}

#[test]
fn what_is_there_is_known() {
    let directory = Directory::new("there");
    let file = directory.file();
    fs::write(&file, "abc\n").unwrap();
    append(&file, |there| {
        assert_eq!(there.length(), 4);
        assert!(there.ends_with("bc\n") && !there.ends_with("bb\n"));
        assert!(!there.ends_with("longer than the file"));
        String::new()
    })
    .unwrap();
}

#[test]
fn a_file_that_may_not_be_read_is_written() {
    let directory = Directory::new("unread");
    let file = directory.file();
    add(&file, "one\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o200)).unwrap();
    add(&file, "two\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\n");
}

#[test]
fn what_was_tried_is_told() {
    let directory = Directory::new("tried");
    let (tried, error) = add(&directory.0, "a\n").unwrap_err();
    assert_eq!((tried, error.raw_os_error()), ("open", Some(libc::EISDIR)));
    let full = Path::new("/dev/full");
    let (tried, error) = add(full, "a\n").unwrap_err();
    assert_eq!(
        (tried, error.raw_os_error()),
        ("write to", Some(libc::ENOSPC))
    );
}

#[test]
fn a_pipe_is_written_if_somebody_reads_it() {
    let directory = Directory::new("pipe");
    let fifo = directory.file();
    mkfifo(&fifo, Mode::from_bits_truncate(0o600)).unwrap();
    let (tried, error) = add(&fifo, "nobody\n").unwrap_err();
    assert_eq!((tried, error.raw_os_error()), ("open", Some(libc::ENXIO)));

    let reader = thread::spawn({
        let fifo = fifo.clone();
        move || fs::read(fifo).unwrap()
    });
    // More than a pipe holds, so that the writer has to wait.
    let long = "a".repeat(1 << 20);
    let since = Instant::now();
    while let Err((tried, error)) = add(&fifo, &long) {
        assert_eq!((tried, error.raw_os_error()), ("open", Some(libc::ENXIO)));
        assert!(since.elapsed() < PATIENCE, "the reader does not come");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(reader.join().unwrap().len(), long.len());
}

#[test]
fn a_lock_that_is_held_for_ever_is_not() {
    let directory = Directory::new("lock");
    let file = directory.file();
    let held = Flock::lock(File::create(&file).unwrap(), FlockArg::LockExclusive).unwrap();
    let since = Instant::now();
    add(&file, "one\n").unwrap();
    assert!(since.elapsed() >= PATIENCE);
    drop(held);
    assert_eq!(fs::read_to_string(&file).unwrap(), "one\n");
}

#[test]
fn a_line_waits_for_its_turn() {
    let directory = Directory::new("turn");
    let file = directory.file();
    let held = Flock::lock(File::create(&file).unwrap(), FlockArg::LockExclusive).unwrap();
    let waits = thread::spawn({
        let file = file.clone();
        move || add(&file, "two\n").unwrap()
    });
    thread::sleep(Duration::from_millis(50));
    (&*held).write_all(b"one\n").unwrap();
    drop(held);
    waits.join().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\n");
}
