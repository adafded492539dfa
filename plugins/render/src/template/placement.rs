//! Which core a second thread begins on.

/// Lets the only other thread of this process begin now, on a core that this thread does not keep busy.
///
/// A scheduler that packs threads, as those of small virtual machines do, leaves a new one behind the thread that started it
/// until the time of that one is over: 2 to 4 ms, in which a chart is rendered. Where there is one core, or the system says too
/// little, all stays as it is.
#[cfg(target_os = "linux")]
pub(super) fn spread() -> Option<()> {
    use nix::{
        sched::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity},
        unistd::{Pid, gettid},
    };

    let own = gettid();
    let mut cores = sched_getaffinity(own).ok()?;
    cores.unset(sched_getcpu().ok()?).ok()?;
    if cores == CpuSet::new() {
        return None;
    }
    let other = other(std::fs::read_dir("/proc/self/task").ok()?, own.as_raw())?;
    sched_setaffinity(Pid::from_raw(other), &cores).ok()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn spread() -> Option<()> {
    None
}

/// Returns the one number in `tasks` that is not `own`; nothing when there are several.
///
/// Source: `proc_pid_task(5)`.
#[cfg(target_os = "linux")]
fn other(tasks: std::fs::ReadDir, own: i32) -> Option<i32> {
    let mut others = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()).filter(|task| *task != own);
    others.next().filter(|_| others.next().is_none())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_other_thread_is_the_only_one_beside_this() {
        let folder = tempfile::tempdir().unwrap();
        let tasks = || std::fs::read_dir(folder.path()).unwrap();
        let start = |task: &str| std::fs::create_dir(folder.path().join(task)).unwrap();
        start("700");
        assert_eq!(other(tasks(), 700), None);
        start("701");
        assert_eq!(other(tasks(), 700), Some(701));
        start("702");
        assert_eq!(other(tasks(), 700), None, "nobody knows which it is");
    }
}
