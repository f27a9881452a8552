//! What the system says of this process and its machine.

use std::path::{Path, PathBuf};

/// Time of all processors that the process has used, that of the system for it included, in milliseconds; 0 where the
/// system does not say.
pub(super) fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field, a name in brackets, may hold anything; the 14th and 15th count hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks * 10
}

/// Memory that the process holds now, in bytes; 0 where the system does not say.
pub(super) fn resident_bytes() -> u64 {
    bytes_of("/proc/self/status", "VmRSS:")
}

/// Peak memory of the process in bytes; 0 where the system does not say.
pub(super) fn memory_peak_bytes() -> u64 {
    bytes_of("/proc/self/status", "VmHWM:")
}

/// Memory that the process may have at most, in bytes: the machine's, or what its control groups grant of that. 0 where the
/// system does not say.
pub(super) fn machine_bytes() -> u64 {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let granted = limits(&groups).filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok());
    granted.fold(bytes_of("/proc/meminfo", "MemTotal:"), u64::min)
}

/// Files that say what the control groups of a process (lines `number:controllers:path`) grant it, each group and those that
/// it is part of: of the second version, whose line names no controller, and of the first.
fn limits(groups: &str) -> impl Iterator<Item = PathBuf> + '_ {
    let of_line = |line: &str| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => return None,
        };
        let groups = Path::new(path.trim_start_matches('/')).ancestors().map(Path::to_owned);
        Some(groups.map(move |group| Path::new(root).join(group).join(file)).collect::<Vec<_>>())
    };
    groups.lines().filter_map(of_line).flatten()
}

fn bytes_of(file: &str, name: &str) -> u64 {
    let status = std::fs::read_to_string(file).unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_all_groups_above_a_process_hold_for_it() {
        let groups = "9:name=systemd:/\n4:cpu,memory:/night\n0::/system.slice/gridlink.service\n\nodd";
        let files: Vec<String> = limits(groups).map(|file| file.display().to_string()).collect();
        insta::assert_snapshot!(files.join("\n"), @r"
        /sys/fs/cgroup/memory/night/memory.limit_in_bytes
        /sys/fs/cgroup/memory/memory.limit_in_bytes
        /sys/fs/cgroup/system.slice/gridlink.service/memory.max
        /sys/fs/cgroup/system.slice/memory.max
        /sys/fs/cgroup/memory.max
        ");
        assert!(machine_bytes() >= resident_bytes() && resident_bytes() > 0);
    }
}
