//! `sanmiao mocks`: the made-up world alone, for a service that runs elsewhere.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use sanmiao_mocks::people::parse_people;
use sanmiao_mocks::{Faults, PeopleSource, World, WorldConfig};

use super::CliError;
use super::serve::told_to_stop;

/// What the world is like.
#[derive(Debug, Args)]
pub struct MocksArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Made-up people
    #[arg(long, default_value_t = 1000)]
    people: usize,
    /// Seed of people, keys and faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// People from a file instead: JSON Lines after schemas/people.schema.json
    #[arg(long, value_name = "FILE")]
    people_file: Option<PathBuf>,
    /// A fault to switch on (see `GET /admin/faults` for the names)
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// Where the treasury calls back
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the people file or a fault's name cannot be used, or nothing can listen there.
pub async fn run(args: MocksArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let config = WorldConfig {
        listen: args.listen,
        people: people(args.people, args.people_file.as_deref())?,
        faults: faults(args.fault.as_deref())?,
        callback_url: args.callback_url,
        ..WorldConfig::new(args.seed, args.people)
    };
    let world = World::start(config).await.map_err(CliError::unusable)?;
    writeln!(
        out,
        "{} people at {}",
        world.people().len(),
        world.base_url()
    )?;
    writeln!(out, "{}", super::demo::town::peers(&world))?;
    out.flush()?;
    told_to_stop().await;
    world.stop().await;
    Ok(())
}

/// Generated people, or those of a file.
///
/// # Errors
/// When the file cannot be read; every line that is wrong, with its number.
pub fn people(count: usize, file: Option<&std::path::Path>) -> Result<PeopleSource, CliError> {
    let Some(path) = file else {
        return Ok(PeopleSource::Generated { count });
    };
    let unreadable = |error: io::Error| CliError::Unusable(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let given = parse_people(&text)
        .map_err(|error| CliError::Unusable(format!("{}: {error}", path.display())))?;
    Ok(PeopleSource::Given(given))
}

/// The faults of a name.
///
/// # Errors
/// For a name nobody gave: with the names there are.
pub fn faults(name: Option<&str>) -> Result<Faults, CliError> {
    match name {
        None => Ok(Faults::none()),
        Some(name) => Faults::named(name).ok_or_else(|| {
            CliError::Unusable(format!(
                "no fault is called {name:?}; there are: {}",
                Faults::all_names().join(", ")
            ))
        }),
    }
}
