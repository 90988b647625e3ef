//! `sanmiao serve`: the service, until it is told to stop.

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::CliError;
use super::settings::{Where, nature};
use crate::app::App;
use crate::telemetry;

/// What is served.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    place: Where,
}

/// Serves until SIGINT or SIGTERM; requests under way are finished.
///
/// # Errors
/// When the configuration cannot be used or the service cannot start.
pub async fn run(args: ServeArgs) -> Result<(), CliError> {
    let config = args.place.config()?;
    telemetry::start(&config.log).map_err(CliError::unusable)?;
    let app = App::assemble(&config, nature())
        .await
        .map_err(CliError::unusable)?;
    let listener = TcpListener::bind(config.server.listen)
        .await
        .map_err(CliError::unusable)?;
    tracing::info!(listen = %config.server.listen, "ready");
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(async move {
        told_to_stop().await;
        tracing::info!("stopping");
        stop.send_replace(true);
    });
    app.serve(listener, stopping)
        .await
        .map_err(CliError::failed)
}

/// Waits for SIGINT or SIGTERM.
pub async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
