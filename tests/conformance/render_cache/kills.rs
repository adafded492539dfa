use std::{
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use towpath_tests::random::Random;

use crate::scene::{Scene, Server, given, render, write};

/// How often the program is killed.
const KILLS: usize = 100;
/// How many results are rendered in turn.
const SIZES: usize = 9;

#[test]
fn a_hundred_kills_leave_no_wrong_answer() {
    let scene = Scene::new();
    let servers = Server::all();
    let remotes: Vec<Option<String>> = servers.iter().map(|server| Some(server.address())).chain([None]).collect();
    let folder = scene.folder.path().join("cache");
    // A result of some size takes a while to be written.
    write(&scene.one().join("shop/chart/values.yaml"), "size: 1\nlines: 1500\n");
    let call = |size: usize, remote: &Option<String>| -> Command {
        write(&scene.one().join("shop/prod.yaml"), &format!("size: {size}\n"));
        let mut command = render(&scene.one(), "shop", "prod", remote.as_deref());
        command.arg("--cache").arg(&folder);
        command
    };
    let right = given(call(0, &None).arg("--no-cache")).manifests;
    let begun = std::time::Instant::now();
    given(&mut call(0, &remotes[0]));
    // The latest instant of a kill: it follows the usual end, whatever else the machine does.
    let mut latest = usize::try_from(begun.elapsed().as_micros()).expect("a short time");
    let expected = |size: usize| right.replace("\"0\"", &format!("\"{size}\""));
    let (mut random, mut n_killed, mut n_started) = (Random::new(7), 0, 0);
    while n_killed < KILLS {
        n_started += 1;
        assert!(n_started < 10 * KILLS, "only {n_killed} were killed before their end");
        // Several sizes a remote, so that pages of several read sets are written, too.
        let (size, remote) = (n_started % SIZES, &remotes[n_started % remotes.len()]);
        let mut command = call(size, remote);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        // Not a wait for something to happen: the instant of the kill.
        thread::sleep(Duration::from_micros(random.below(latest) as u64));
        child.kill().expect("it can be killed");
        if child.wait().expect("it ends").code().is_some() {
            latest = latest * 4 / 5 + 1000;
            continue;
        }
        (n_killed, latest) = (n_killed + 1, latest * 11 / 10);
        let after = given(&mut call(size, remote));
        assert!(after.manifests == expected(size), "kill {n_killed} left a wrong answer");
        if n_killed % 10 == 0 {
            std::fs::remove_dir_all(&folder).expect("it is removed");
        }
    }
    for size in 0..SIZES {
        for remote in &remotes {
            let after = given(&mut call(size, remote));
            assert!(after.manifests == expected(size), "{size} {remote:?}");
        }
    }
}

#[test]
fn processes_write_the_same_at_once() {
    let scene = Scene::new();
    let servers = Server::all();
    let right = given(&mut render(&scene.one(), "shop", "prod", None)).manifests;
    for server in &servers {
        let (remote, folder) = (server.address(), scene.folder.path().join("cache"));
        thread::scope(|scope| {
            for n in 0..8 {
                let (scene, remote, folder, right) = (&scene, &remote, &folder, &right);
                scope.spawn(move || {
                    let from = if n % 2 == 0 { scene.one() } else { scene.two() };
                    let given = given(render(&from, "shop", "prod", Some(remote)).arg("--cache").arg(folder));
                    assert_eq!((&given.manifests, given.count("rejected")), (right, 0));
                });
            }
        });
    }
}
