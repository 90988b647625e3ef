//! The real program as a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::eventually::eventually;
use crate::support::house::client;

/// The program that was built for this test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sanmiao");

/// An address that was free a moment ago.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

/// What a command said and how it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
    pub(crate) complained: String,
}

/// Runs a command to its end, whatever that is.
pub(crate) fn ended(args: &[&str]) -> Ended {
    let output = Command::new(PROGRAM)
        .args(args)
        .output()
        .expect("the program starts");
    Ended {
        code: output.status.code(),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        complained: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command to its end; what it printed, when it ended well.
pub(crate) fn run(args: &[&str]) -> String {
    let ended = ended(args);
    assert_eq!(
        ended.code,
        Some(0),
        "{args:?}: {} {}",
        ended.said,
        ended.complained
    );
    ended.said
}

/// `sanmiao serve`, running.
pub(crate) struct Program(Child);

impl Program {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(config: &Path, listen: SocketAddr) -> Self {
        let child = Command::new(PROGRAM)
            .args(["serve", "--config"])
            .arg(config)
            .env("SANMIAO_LOG__FILTER", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let (http, address) = (client(), format!("http://{listen}/readyz"));
        eventually("the program is ready", None, || async {
            let answer = http.get(&address).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        Self(child)
    }

    /// Lets it live for a while: the moment of its death is what is drawn at random.
    pub(crate) async fn live(&mut self, life: Duration) {
        tokio::time::sleep(life).await;
        let ended = self.0.try_wait().expect("its state");
        assert!(ended.is_none(), "the program ended by itself: {ended:?}");
    }

    /// SIGKILL: no handler, no destructor, no last word.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // On Unix this is SIGKILL; a program that is gone already is killed enough.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
