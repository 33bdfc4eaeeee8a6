//! Taking back what the sync wrote, wherever our value still stands.

use crate::pass::Pass;
use crate::pass::apply::reference_of;
use crate::pass::payload::Payload;
use crate::pass::undo::Wish;
use crate::review::title_of;
use crate::{App, AppError, ProgressBoard};
use domain::{Field, Kind, Record, RecordId, RunId, Side, Value};
use mapping::{field_named, label};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{Exchange, IntentState, Shop};

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoScope {
    /// A run's writes, or those to a record.
    pub of: UndoOf,
    /// Only this field, by any of its names.
    pub field: Option<String>,
    /// Records that were made are deleted again, where nobody used them since.
    pub delete_created: bool,
}

/// Whose writes are to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoOf {
    /// Those of a run.
    Run(RunId),
    /// Those to a record and its counterpart, by an id or the counter's number.
    Record(String),
}

/// What was taken back, or would be.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UndoReport {
    /// The shop's name.
    pub shop: String,
    /// The run that took back.
    pub run: RunId,
    /// Whether it only told what it would do.
    pub dry_run: bool,
    /// Whether nothing is left to do.
    pub finished: bool,
    /// Why it stopped early, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Put back as it was before, or deleted again.
    pub taken_back: Vec<UndoLine>,
    /// Left as it is, with the reason: somebody changed it since.
    pub kept: Vec<UndoLine>,
    /// Could not be taken back, with the reason.
    pub cannot: Vec<UndoLine>,
}

/// A field of a record, or a record that was made.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UndoLine {
    /// The side that was written.
    pub side: Side,
    /// The kind of record.
    pub kind: Kind,
    /// The record's id there.
    pub record: RecordId,
    /// The number by which people know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The person's name, or the title of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The field; nothing where it is about the record as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrote: Option<Value>,
    /// What is put back; nothing where the field is emptied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored: Option<Value>,
    /// Why not, how, or what is in doubt about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl UndoLine {
    pub(crate) fn of(side: Side, kind: Kind, record: &RecordId) -> Self {
        Self {
            side,
            kind,
            record: record.clone(),
            reference: None,
            name: None,
            field: None,
            wrote: None,
            restored: None,
            reason: None,
        }
    }

    /// About a record, by whatever people know it.
    pub(crate) fn about_record(
        side: Side,
        kind: Kind,
        id: &RecordId,
        record: Option<&Record>,
        other: Option<&Record>,
    ) -> Self {
        let known = record.or(other);
        Self {
            reference: known
                .and_then(|record| reference_of(record, other))
                .map(str::to_owned),
            name: record.and_then(title_of),
            ..Self::of(side, kind, id)
        }
    }

    pub(crate) fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }

    pub(crate) fn about(self, kind: Kind, side: Side, field: Field) -> Self {
        Self {
            field: Some(label(kind, side, field)),
            ..self
        }
    }

    pub(crate) fn wrote(self, value: Option<&Value>) -> Self {
        Self {
            wrote: value.cloned(),
            ..self
        }
    }

    pub(crate) fn restores(self, value: Option<&Value>) -> Self {
        Self {
            restored: value.cloned(),
            ..self
        }
    }

    pub(crate) fn is_about(&self, field: Field) -> bool {
        self.field == Some(label(self.kind, self.side, field))
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let name = self.reference.as_deref().unwrap_or(self.record.as_str());
        let record = format!(
            "{} {} {name}",
            self.side.title(),
            self.kind.name_on(self.side)
        );
        let reason = self.reason.as_deref();
        match (self.field, reason) {
            (None, Some(reason)) => format!("{record}: {reason}"),
            (None, None) => record,
            (Some(field), Some(reason)) => format!("{record}, {field}: {reason}"),
            (Some(field), None) => format!(
                "{record}, {field}: `{}` instead of `{}`",
                shown(self.restored.as_ref()),
                shown(self.wrote.as_ref())
            ),
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "(empty)".to_owned(), ToString::to_string)
}

impl App {
    /// Takes back what the sync wrote, where our value still stands. Fields that somebody changed since are
    /// left alone and listed. What is put back counts as meant: no later pass writes it over again.
    ///
    /// # Errors
    /// When there is no such shop, run, record or field, or a vendor cannot be reached.
    pub async fn undo(
        &self,
        name: &str,
        scope: &UndoScope,
        dry_run: bool,
    ) -> Result<UndoReport, AppError> {
        let board = ProgressBoard::default();
        self.undo_watched(name, scope, dry_run, &board).await
    }

    /// The same, telling how far it has come.
    pub(crate) async fn undo_watched(
        &self,
        name: &str,
        scope: &UndoScope,
        dry_run: bool,
        board: &ProgressBoard,
    ) -> Result<UndoReport, AppError> {
        let shop = self.shop(name).await?;
        let fields = scope.field.as_deref().map(fields_named).transpose()?;
        let held = self.lock_shop(&shop).await?;
        let (named, cause) = match &scope.of {
            UndoOf::Run(run) => (
                held.written_in(&shop, *run).await?,
                format!("run {run} was taken back"),
            ),
            UndoOf::Record(text) => (
                held.written_to(&shop, text).await?,
                format!("what was written to {text} was taken back"),
            ),
        };
        let wish = Wish {
            named,
            fields,
            delete_created: scope.delete_created,
            cause,
        };
        held.undo_writes(&shop, &wish, dry_run, board).await
    }

    /// Takes the newest write of a field to a record or its counterpart back; the caller holds the shop's lock.
    pub(crate) async fn take_back_field(
        &self,
        shop: &Shop,
        record: &str,
        field: Field,
        cause: String,
    ) -> Result<UndoReport, AppError> {
        let written = self.written_to(shop, record).await?;
        let newest = written
            .into_iter()
            .find(|one| Payload::read(&one.intent).changes.contains_key(&field));
        let wish = Wish {
            fields: newest
                .as_ref()
                .map(|one| BTreeMap::from([(one.intent.kind, field)])),
            named: newest.into_iter().collect(),
            delete_created: false,
            cause,
        };
        let board = ProgressBoard::default();
        self.undo_writes(shop, &wish, false, &board).await
    }

    async fn undo_writes(
        &self,
        shop: &Shop,
        wish: &Wish,
        dry_run: bool,
        board: &ProgressBoard,
    ) -> Result<UndoReport, AppError> {
        let (connection, facts) = self.open(shop).await?;
        let pass = Pass::new(
            &self.store,
            &self.config,
            &self.context,
            shop,
            &facts,
            &connection,
            board.clone(),
        )
        .alone();
        let (lines, tally) = pass.undo(wish, dry_run).await?;
        Ok(UndoReport {
            shop: shop.name.clone(),
            run: tally.run,
            dry_run,
            finished: tally.finished,
            reasons: tally.reasons,
            taken_back: lines.taken_back,
            kept: lines.kept,
            cannot: lines.cannot,
        })
    }

    /// The finished writes of a run, those of an undo left out.
    async fn written_in(&self, shop: &Shop, run: RunId) -> Result<Vec<Exchange>, AppError> {
        let all = self.store.exchanges_of_run(shop.id, run).await?;
        if all.is_empty() && self.store.run(shop.id, run).await?.is_none() {
            return Err(AppError::Refused(format!(
                "there is no run {run} of the shop `{0}`; `repairbridge runs {0}` lists them",
                shop.name
            )));
        }
        Ok(all.into_iter().filter(is_ours).collect())
    }

    /// The finished writes to a record and to its counterpart, newest first.
    async fn written_to(&self, shop: &Shop, text: &str) -> Result<Vec<Exchange>, AppError> {
        let stored = self.record_named(shop, text).await?;
        let (side, kind, id) = (stored.record.side, stored.record.kind, &stored.record.id);
        let mut all = self.store.exchanges_of(shop.id, side, kind, id).await?;
        if let Some(link) = self.store.link_of(shop.id, side, kind, id).await? {
            let across = side.other();
            let other = self
                .store
                .exchanges_of(shop.id, across, kind, link.on(across))
                .await?;
            all.extend(other);
        }
        all.sort_by_key(|one| std::cmp::Reverse((one.finished_at, one.intent.id)));
        Ok(all.into_iter().filter(is_ours).collect())
    }
}

/// Writes that an undo may take back. What notes were told stays: comments can be neither edited nor removed
/// (mygadgetrepairs-api.md 12.5), and a message that a tag or workflow sent cannot be called back.
fn is_ours(exchange: &Exchange) -> bool {
    exchange.intent.state == IntentState::Done
        && exchange.intent.kind != Kind::Note
        && Payload::read(&exchange.intent).undo.is_none()
}

/// The field of each kind that goes by this name.
fn fields_named(text: &str) -> Result<BTreeMap<Kind, Field>, AppError> {
    let fields: BTreeMap<Kind, Field> = Kind::ALL
        .into_iter()
        .filter_map(|kind| Some((kind, field_named(kind, text)?)))
        .collect();
    if fields.is_empty() {
        return Err(AppError::Refused(format!(
            "`{text}` is not a field that is kept in step"
        )));
    }
    Ok(fields)
}
