//! Killed at any moment or met by a full disk, `encode` and its kin leave nothing unfinished under the final name.
#![cfg(unix)]

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{CALIBRATION, Folder, Run, finish, noise, npy};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

const SIGKILL: i32 = 9;
const OLD: &[u8] = b"a good file of that name";

fn kill(mut child: Child) -> ExitStatus {
    // A child that has ended already is no error: its status tells.
    child.kill().ok();
    child.wait().expect("the child can be waited for")
}

/// Removes what a killed run leaves beside the final name.
fn sweep(folder: &Folder) {
    for name in folder.names().iter().filter(|n| n.ends_with(".part")) {
        fs::remove_file(folder.path(name)).expect("a file in the temporary folder can be removed");
    }
}

/// What may be under the final name after a run that ended so: the file from before, or the whole new one.
fn assert_old_or_whole(folder: &Folder, file: &str, old: Option<&[u8]>, whole: &[u8], status: ExitStatus) {
    let found = fs::read(folder.path(file)).ok();
    let complete = found.as_deref() == Some(whole);
    assert!(complete || found.as_deref() == old, "{file} is half written after {status}");
    match status.signal() {
        None => assert!(status.success() && complete, "{file} after {status}"),
        Some(signal) => assert_eq!(signal, SIGKILL),
    }
}

#[test]
fn killed_at_any_moment() {
    let folder = Folder::new();
    let line = format!("encode {CALIBRATION} --seed 7 --dt-ms 0.5 -o out.spk");
    let started = Instant::now();
    folder.done(&line);
    let usual = started.elapsed();
    let whole = folder.read("out.spk");
    const MOMENTS: u32 = 12;
    for old in [None, Some(OLD)] {
        for moment in 0..MOMENTS {
            match old {
                None => fs::remove_file(folder.path("out.spk")).unwrap_or_default(),
                Some(bytes) => folder.write("out.spk", bytes),
            }
            let child = folder.command(&line).stdout(std::process::Stdio::null()).spawn().expect("spike starts");
            sleep(usual * moment / (MOMENTS - 2));
            let status = kill(child);
            assert_old_or_whole(&folder, "out.spk", old, &whole, status);
            sweep(&folder);
        }
    }
    // What a killed run left is no hindrance.
    folder.done(&line);
    assert!(folder.read("out.spk") == whole);
    assert_eq!(folder.names(), ["out.spk"]);
}

/// Whether the run is seen to have bytes on disk that are not yet under the final name.
fn is_writing(folder: &Folder) -> bool {
    let mut parts = folder.names().into_iter().filter(|n| n.ends_with(".part"));
    parts.any(|n| fs::metadata(folder.path(&n)).is_ok_and(|m| m.len() > 0))
}

#[test]
fn killed_while_it_writes() {
    let folder = Folder::new();
    folder.done(&format!("encode {CALIBRATION} --seed 7 -o spikes.spk"));
    for (line, file) in [
        (format!("encode {CALIBRATION} --seed 7 -o out.spk"), "out.spk"),
        (format!("encode {CALIBRATION} --seed 7 --scheme temporal_ttfs -o out.csv"), "out.csv"),
        ("cat spikes.spk -o out.spk".to_owned(), "out.spk"),
        ("decode spikes.spk -o out.npy".to_owned(), "out.npy"),
    ] {
        folder.done(&line);
        let whole = folder.read(file);
        for old in [None, Some(OLD)] {
            match old {
                None => fs::remove_file(folder.path(file)).expect("the file was just written"),
                Some(bytes) => folder.write(file, bytes),
            }
            let mut child = folder.command(&line).stdout(std::process::Stdio::null()).spawn().expect("spike starts");
            while !is_writing(&folder) && child.try_wait().expect("the child can be asked").is_none() {
                sleep(Duration::from_millis(1));
            }
            let status = kill(child);
            assert_old_or_whole(&folder, file, old, &whole, status);
            sweep(&folder);
        }
        fs::remove_file(folder.path(file)).expect("the file is there");
    }
}

/// Runs `spike` where no file may grow beyond `blocks` of 512 (or 1024) bytes, which fails as a full disk does.
fn run_with_little_room(folder: &Folder, blocks: u32, line: &str) -> Run {
    let mut command = Command::new("sh");
    let script = format!(r#"trap "" XFSZ; ulimit -f {blocks}; exec "$0" "$@""#);
    command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_spike"));
    command.args(folder.command(line).get_args()).current_dir(folder.path(""));
    finish(command)
}

#[test]
fn no_room_for_the_output() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[100, 8], &noise(800)));
    folder.done("encode x.npy --seed 7 -o x.spk");
    let digits = format!("encode {CALIBRATION} --seed 7");
    let cases = [
        // More than is buffered: a write in the middle fails.
        (100, format!("{digits} -o out.spk"), "out.spk"),
        (100, format!("{digits} --scheme temporal_ttfs -o out.csv"), "out.csv"),
        // Less than is buffered: the last write fails.
        (1, "encode x.npy --seed 7 -o out.spk".to_owned(), "out.spk"),
        (1, "encode x.npy --seed 7 -o out.npz".to_owned(), "out.npz"),
        (1, "encode x.npy --seed 7 -o out.csv".to_owned(), "out.csv"),
        (1, "cat x.spk -o out.spk".to_owned(), "out.spk"),
        (1, "decode x.spk -o out.npy".to_owned(), "out.npy"),
        (1, "decode x.spk -o out.csv".to_owned(), "out.csv"),
        (1, "plot x.spk -o out.svg".to_owned(), "out.svg"),
    ];
    for (blocks, line, file) in cases {
        for old in [None, Some(OLD)] {
            if let Some(bytes) = old {
                folder.write(file, bytes);
            }
            let before = folder.names();
            let run = run_with_little_room(&folder, blocks, &line);
            assert_eq!(run.code, Some(5), "{line}: {}", run.stderr);
            assert!(run.stderr.contains("cannot write") && run.stderr.contains(file), "{line}: {}", run.stderr);
            assert_eq!(folder.names(), before, "{line}");
            assert_eq!(fs::read(folder.path(file)).ok().as_deref(), old, "{line}");
        }
        fs::remove_file(folder.path(file)).expect("the old file is there");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_device_without_room() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[100, 8], &noise(800)));
    folder.done("encode x.npy --seed 7 -o x.spk");
    let full = || fs::File::options().write(true).open("/dev/full").expect("Linux has /dev/full");
    let verbs = [
        ("full.spk", "encode x.npy"),
        ("full.npz", "encode x.npy"),
        ("full.csv", "cat x.spk"),
        ("full.npy", "decode x.spk"),
    ];
    for (name, verb) in verbs {
        // A link: a program that renamed onto the name would replace only that, not the device.
        std::os::unix::fs::symlink("/dev/full", folder.path(name)).expect("a link can be made");
        let run = folder.run(&format!("{verb} -o {name}"));
        assert_eq!(run.code, Some(5), "{verb}: {}", run.stderr);
        assert!(run.stderr.contains("cannot write"), "{verb}: {}", run.stderr);
    }
    let names = folder.names();
    for line in ["encode x.npy -o -", "cat x.spk -o -", "decode x.spk -o -"] {
        let mut command = folder.command(line);
        command.stdout(full());
        let output = command.stderr(std::process::Stdio::piped()).spawn().and_then(|c| c.wait_with_output());
        let output = output.expect("spike runs");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{line}: {message}");
        assert!(message.contains("cannot write") && message.contains("No space"), "{line}: {message}");
    }
    assert_eq!(folder.names(), names);
}

/// Reports that do not reach their file are lost results.
#[test]
#[cfg(target_os = "linux")]
fn a_report_without_room() {
    let folder = Folder::new();
    folder.write("x.npy", npy(&[4, 3], &noise(12)));
    folder.done("encode x.npy --seed 7 -o x.spk");
    for line in ["inspect x.spk --json", "decode x.spk --json", "schemes"] {
        let mut command = folder.command(line);
        command.stdout(fs::File::options().write(true).open("/dev/full").expect("Linux has /dev/full"));
        let status = command.stderr(std::process::Stdio::null()).status().expect("spike runs");
        assert_eq!(status.code(), Some(5), "{line}");
    }
}
