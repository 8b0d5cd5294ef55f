//! What the kernel says of this process (Linux): memory and processor time.

/// The largest resident size since it was last cleared, in bytes.
#[must_use]
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

/// Forgets the largest resident size so far, and returns the present one in bytes.
#[must_use]
pub fn clear_peak() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    peak_bytes()
}

/// Processor time of all threads so far. The kernel counts it in ticks of some milliseconds.
#[must_use]
pub fn processor_seconds() -> Option<f64> {
    let mut nanoseconds = 0u64;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        // The first number is the time on a processor in nanoseconds.
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}
