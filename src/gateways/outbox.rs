//! The folder that the bank's front-end machine reads: a folder a batch, which appears whole or not at all.
//!
//! What is laid ready has a name that begins with a dot, in the same folder, so that one renaming brings it into sight: whoever reads the
//! outbox leaves such names alone (docs/OPERATORS.md).

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use zeroize::Zeroizing;

use crate::ports::{Berth, FileError, Outbox};

/// An outbox in a folder.
#[derive(Debug, Clone)]
pub struct OutboxFolder {
    folder: PathBuf,
}

impl OutboxFolder {
    /// At this place; it is made with the first batch.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn ready(&self, berth: &Berth) -> PathBuf {
        self.folder.join(format!(".{}.{}", berth.stem, berth.epoch))
    }

    async fn write(
        &self,
        berth: &Berth,
        files: &[(String, Zeroizing<Vec<u8>>)],
    ) -> std::io::Result<()> {
        let ready = self.ready(berth);
        remove(&ready).await?;
        fs::create_dir_all(&ready).await?;
        for (name, bytes) in files {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            let mut file = options.open(ready.join(name)).await?;
            file.write_all(bytes).await?;
            file.sync_all().await?;
        }
        for folder in [ready.as_path(), self.folder.as_path()] {
            sync(folder).await?;
        }
        Ok(())
    }

    async fn rename(&self, berth: &Berth) -> std::io::Result<bool> {
        match fs::rename(self.ready(berth), self.folder.join(&berth.stem)).await {
            Ok(()) => {}
            // Brought into sight before; who reads the outbox may have taken it since.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
        sync(&self.folder).await?;
        Ok(true)
    }
}

async fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn sync(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
}

fn away<T>(done: std::io::Result<T>) -> Result<T, FileError> {
    done.map_err(|error| {
        tracing::error!(%error, "the outbox does not work");
        FileError::Unavailable
    })
}

#[async_trait]
impl Outbox for OutboxFolder {
    fn is_there(&self) -> bool {
        true
    }

    async fn stage(
        &self,
        berth: &Berth,
        files: &[(String, Zeroizing<Vec<u8>>)],
    ) -> Result<(), FileError> {
        away(self.write(berth, files).await)
    }

    async fn show(&self, berth: &Berth) -> Result<bool, FileError> {
        away(self.rename(berth).await)
    }

    async fn clear(&self, berth: &Berth) -> Result<(), FileError> {
        away(remove(&self.ready(berth)).await)
    }
}

/// No outbox is configured: nothing is released, and says so.
#[derive(Debug, Clone, Copy)]
pub struct NoOutbox;

#[async_trait]
impl Outbox for NoOutbox {
    fn is_there(&self) -> bool {
        false
    }

    async fn stage(&self, _: &Berth, _: &[(String, Zeroizing<Vec<u8>>)]) -> Result<(), FileError> {
        Err(FileError::NotConfigured)
    }

    async fn show(&self, _: &Berth) -> Result<bool, FileError> {
        Err(FileError::NotConfigured)
    }

    async fn clear(&self, _: &Berth) -> Result<(), FileError> {
        Err(FileError::NotConfigured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_set_appears_whole_and_never_twice() {
        let folder = tempfile::TempDir::new().unwrap();
        let place = folder.path().join("outbox");
        let outbox = OutboxFolder::new(place.clone());
        let berth = |epoch| Berth {
            stem: "set".to_owned(),
            epoch,
        };
        let files =
            |text: &str| vec![("a.csv".to_owned(), Zeroizing::new(text.as_bytes().to_vec()))];
        outbox.stage(&berth(3), &files("half")).await.unwrap();
        outbox.stage(&berth(3), &files("whole")).await.unwrap();
        outbox.stage(&berth(4), &files("other")).await.unwrap();
        assert!(names(&place).iter().all(|name| name.starts_with('.')));
        assert!(outbox.show(&berth(3)).await.unwrap());
        outbox.clear(&berth(4)).await.unwrap();
        assert_eq!(names(&place), ["set"]);
        assert_eq!(std::fs::read(place.join("set/a.csv")).unwrap(), b"whole");
        // Taken by the bank's machine: it does not come back.
        std::fs::remove_dir_all(place.join("set")).unwrap();
        assert!(!outbox.show(&berth(3)).await.unwrap());
        assert_eq!(names(&place), Vec::<String>::new());
    }
}
