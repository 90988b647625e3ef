//! What is handed in, and payout files as they were made, in a folder: outside the database, outside of everything that is served, and sealed before it comes here.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::ports::{FileError, FileLimits, FileStore};

/// A folder with a folder for each last two digits of an id, so that none becomes long.
#[derive(Debug, Clone)]
pub struct FileFolder {
    folder: PathBuf,
    limits: FileLimits,
}

impl FileFolder {
    /// At this place; it is made with the first file.
    #[must_use]
    pub const fn new(folder: PathBuf, limits: FileLimits) -> Self {
        Self { folder, limits }
    }

    fn drawer(&self, name: &str) -> PathBuf {
        self.folder.join(&name[name.len().saturating_sub(2)..])
    }

    async fn write(&self, id: Uuid, sealed: &[u8]) -> std::io::Result<()> {
        let name = id.to_string();
        let drawer = self.drawer(&name);
        fs::create_dir_all(&drawer).await?;
        let partial = drawer.join(format!("{name}.partial"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&partial).await?;
        file.write_all(sealed).await?;
        file.sync_all().await?;
        drop(file);
        fs::rename(&partial, drawer.join(&name)).await?;
        // The name lasts when its folders do.
        for folder in [drawer.as_path(), self.folder.as_path()] {
            sync(folder).await?;
        }
        Ok(())
    }
}

async fn sync(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
}

#[async_trait]
impl FileStore for FileFolder {
    fn limits(&self) -> FileLimits {
        self.limits
    }

    async fn put(&self, id: Uuid, sealed: &[u8]) -> Result<(), FileError> {
        self.write(id, sealed).await.map_err(|error| {
            tracing::error!(%error, "a file cannot be kept");
            FileError::Unavailable
        })
    }

    async fn get(&self, id: Uuid) -> Result<Option<Vec<u8>>, FileError> {
        let name = id.to_string();
        match fs::read(self.drawer(&name).join(&name)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => {
                tracing::error!(%error, "a file cannot be read");
                Err(FileError::Unavailable)
            }
        }
    }
}

/// No folder is configured: nothing is taken, and says so.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

#[async_trait]
impl FileStore for NoFiles {
    fn limits(&self) -> FileLimits {
        FileLimits::default()
    }

    async fn put(&self, _: Uuid, _: &[u8]) -> Result<(), FileError> {
        Err(FileError::NotConfigured)
    }

    async fn get(&self, _: Uuid) -> Result<Option<Vec<u8>>, FileError> {
        Err(FileError::NotConfigured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::CaseFileId;
    use crate::domain::time::Timestamp;

    fn id(fill: u8) -> Uuid {
        CaseFileId::new(Timestamp::from_seconds(1_788_998_400), [fill; 10]).as_uuid()
    }

    #[tokio::test]
    async fn what_is_put_is_got_whole_and_nothing_else_is_left_behind() {
        let folder = tempfile::TempDir::new().unwrap();
        let files = FileFolder::new(folder.path().join("files"), FileLimits::default());
        assert_eq!(files.get(id(1)).await.unwrap(), None);
        files.put(id(1), b"one").await.unwrap();
        files.put(id(2), b"two").await.unwrap();
        files.put(id(1), b"again").await.unwrap();
        assert_eq!(files.get(id(1)).await.unwrap().unwrap(), b"again");
        assert_eq!(files.get(id(2)).await.unwrap().unwrap(), b"two");
        let mut left = 0;
        for drawer in std::fs::read_dir(folder.path().join("files")).unwrap() {
            for file in std::fs::read_dir(drawer.unwrap().path()).unwrap() {
                left += 1;
                let name = file.unwrap().file_name();
                assert!(!name.to_string_lossy().contains("partial"), "{name:?}");
            }
        }
        assert_eq!(left, 2);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        let place = folder.path().join("file");
        std::fs::write(&place, b"no folder").unwrap();
        let files = FileFolder::new(place, FileLimits::default());
        assert_eq!(files.put(id(1), b"x").await, Err(FileError::Unavailable));
        assert_eq!(
            NoFiles.put(id(1), b"x").await,
            Err(FileError::NotConfigured)
        );
    }
}
