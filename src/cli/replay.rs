//! `sanmiao replay`: recomputes decisions from stored evidence, or from an exported bundle offline.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::CliError;
use super::settings::Where;
use crate::approve::replay::{Bundle, Mismatch, replay};
use crate::domain::decision::Decision;
use crate::domain::hash::Sha256Hex;
use crate::domain::id::DecisionId;
use crate::domain::policy::Policy;
use crate::store::{Store, StoreError, Tx};

/// Decisions read at once.
const PAGE: u32 = 200;
/// Mismatches named; the count says how many there are.
const NAMED_MAX: usize = 20;

/// What is replayed.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    place: Where,
    /// Replay this exported bundle, offline: no database, no configuration
    #[arg(value_name = "BUNDLE", conflicts_with_all = ["config", "data", "export"])]
    bundle: Option<PathBuf>,
    /// Export the bundle of this decision instead of replaying
    #[arg(long, value_name = "DECISION", requires = "out")]
    export: Option<DecisionId>,
    /// Where to write the bundle
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// How many decisions were recomputed, and which differ.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Decisions recomputed.
    pub checked: u64,
    /// How many differ.
    pub mismatches: u64,
    /// The first of those, with the reason.
    pub named: Vec<(DecisionId, String)>,
}

/// Replays a bundle or a whole store, or exports a bundle.
///
/// # Errors
/// `No` when a decision differs; `Unusable` when there is nothing to read.
pub async fn run(args: ReplayArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    if let Some(path) = &args.bundle {
        return offline(path, args.json, out);
    }
    let (_, store) = args.place.store().await?;
    if let (Some(id), Some(path)) = (args.export, &args.out) {
        return export(&store, id, path).await;
    }
    let bar = indicatif::ProgressBar::new_spinner().with_message("recomputing decisions");
    let replayed = replay_store(&store, || bar.inc(1))
        .await
        .map_err(CliError::failed)?;
    bar.finish_and_clear();
    let Replayed {
        checked,
        mismatches,
        named,
    } = &replayed;
    if args.json {
        writeln!(
            out,
            "{}",
            json!({ "checked": checked, "mismatches": mismatches, "named": named })
        )?;
    } else {
        writeln!(out, "{checked} decisions recomputed, {mismatches} differ")?;
        for (id, why) in named {
            writeln!(out, "{id}  {why}")?;
        }
    }
    if *mismatches == 0 {
        Ok(())
    } else {
        Err(CliError::No)
    }
}

fn offline(path: &PathBuf, json: bool, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let unusable =
        |error: &dyn std::fmt::Display| CliError::Unusable(format!("{}: {error}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| unusable(&error))?;
    let bundle: Bundle = serde_json::from_slice(&bytes).map_err(|error| unusable(&error))?;
    let mismatch = bundle.replay().err().map(|mismatch| mismatch.to_string());
    if json {
        writeln!(
            out,
            "{}",
            json!({ "checked": 1, "mismatches": u8::from(mismatch.is_some()), "why": mismatch })
        )?;
    } else {
        writeln!(out, "{}", mismatch.as_deref().unwrap_or("the same bytes"))?;
    }
    if mismatch.is_none() {
        Ok(())
    } else {
        Err(CliError::No)
    }
}

async fn export(store: &Store, id: DecisionId, path: &PathBuf) -> Result<(), CliError> {
    let mut tx = store.read().await.map_err(CliError::failed)?;
    let decision = tx.decision(id).await.map_err(CliError::failed)?;
    let decision =
        decision.ok_or_else(|| CliError::Unusable(format!("there is no decision {id}")))?;
    let mut policies = Policies::default();
    let policy = policies
        .of(&mut tx, &decision)
        .await
        .map_err(CliError::failed)?;
    let policy = policy
        .ok_or_else(|| CliError::Failed("the decision's policy is not in the store".to_owned()))?;
    let evidence = tx
        .evidence_of_all_rounds(decision.application)
        .await
        .map_err(CliError::failed)?;
    let bundle = Bundle::pack(&decision, &policy, &evidence).map_err(CliError::failed)?;
    let text = serde_json::to_vec_pretty(&bundle).map_err(CliError::failed)?;
    std::fs::write(path, text).map_err(CliError::unusable)
}

/// Recomputes every decision of a store.
///
/// # Errors
/// When the database fails; what differs is counted, not an error.
pub async fn replay_store(store: &Store, progress: impl Fn()) -> Result<Replayed, StoreError> {
    let mut replayed = Replayed::default();
    let mut policies = Policies::default();
    let mut after = None;
    loop {
        let mut tx = store.read().await?;
        let page = tx.decisions_page(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(replayed);
        };
        after = Some(last.id);
        for decision in &page {
            let outcome = match policies.of(&mut tx, decision).await? {
                Some(policy) => {
                    let evidence = tx.evidence_of_all_rounds(decision.application).await?;
                    replay(decision, &policy, &evidence)
                }
                None => Err(Mismatch::PolicyHash),
            };
            replayed.checked += 1;
            progress();
            if let Err(mismatch) = outcome {
                replayed.mismatches += 1;
                if replayed.named.len() < NAMED_MAX {
                    replayed.named.push((decision.id, mismatch.to_string()));
                }
            }
        }
    }
}

/// The policies decisions name, as published in the store: not those that happen to lie in a folder today.
#[derive(Default)]
struct Policies(HashMap<Sha256Hex, Option<Arc<Policy>>>);

impl Policies {
    async fn of(
        &mut self,
        tx: &mut Tx,
        decision: &Decision,
    ) -> Result<Option<Arc<Policy>>, StoreError> {
        let Ok(stored) = serde_json::from_slice::<crate::approve::record::Stored>(&decision.record)
        else {
            return Ok(None);
        };
        let hash = stored.inputs.policy.sha256;
        if let Entry::Vacant(unknown) = self.0.entry(hash) {
            let published = tx.policy_by_hash(&hash).await?;
            unknown.insert(
                published
                    .and_then(|published| Policy::load(&published.body).ok())
                    .map(Arc::new),
            );
        }
        Ok(self.0.get(&hash).cloned().flatten())
    }
}
