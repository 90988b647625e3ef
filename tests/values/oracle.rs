//! Asks a script under `tests/oracles/`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Runs the script with these arguments, gives it the lines, and returns the lines that it answers.
///
/// # Panics
/// When there is no Python, when the script fails, or when it answers other than in text: all are failures of the test.
pub(crate) fn ask(script: &str, arguments: &[&str], lines: &[String]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python(root))
        .arg(root.join("tests/oracles").join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = child.stdin.take().expect("standard input is piped");
    let mut text = lines.join("\n");
    text.push('\n');
    // Written beside reading, so that neither side waits on a full pipe.
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("Python ends");
    // A script that wants no input may close it early; its exit code says whether all is well.
    drop(writer.join().expect("the writer ends"));
    assert!(
        output.status.success(),
        "{script} failed, see its message above; `make tools` renews its packages"
    );
    let text = String::from_utf8(output.stdout).expect("the answer is text");
    text.split_terminator('\n').map(str::to_owned).collect()
}

/// `SANMIAO_PYTHON`, or the Python that `make tools` puts into the tree.
fn python(root: &Path) -> PathBuf {
    let python = std::env::var_os("SANMIAO_PYTHON")
        .map_or_else(|| root.join(".tools/venv/bin/python"), PathBuf::from);
    assert!(
        python.exists(),
        "the oracle tests need {}; run `make tools` once (or tests/oracles/setup.sh), \
         or name another Python with tests/oracles/requirements.txt installed in SANMIAO_PYTHON",
        python.display()
    );
    python
}
