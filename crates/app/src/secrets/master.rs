//! Another master key. Cut short after any step, the installation opens with what it has: the former key file lies
//! beside the new one until every data key lies under the new key.

use super::lock_keys;
use super::opening::{read_master, texts};
use crate::{App, AppError};
use domain::Context;
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;
use store::{Lock, Store};
use vault::{Derivation, KeyFileChange, MasterKey, MasterSource, Vault};

/// Where the new master key comes from.
#[derive(Clone, Debug)]
pub enum NewMaster {
    /// Made, and put into this file.
    KeyFile(PathBuf),
    /// Made out of a passphrase.
    Passphrase(SecretString),
    /// A key as given in the environment.
    Text(SecretString),
}

/// The change of the master key, step by step.
pub struct MasterChange<'a> {
    store: &'a Store,
    context: &'a Context,
    from: Arc<Vault>,
    new: &'a NewMaster,
    /// Where the master key comes from until now.
    source: Option<MasterSource>,
    file: Option<KeyFileChange<'a>>,
    at: Step,
    _lock: Lock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Begin,
    KeepFormer,
    PutInPlace,
    Rewrap,
    Tidy,
    Done,
}

impl App {
    /// Begins to change the master key; [`MasterChange::run`] does it.
    ///
    /// # Errors
    /// When another process changes the keys, or the new passphrase is too short.
    pub async fn change_master<'a>(
        &'a self,
        new: &'a NewMaster,
    ) -> Result<MasterChange<'a>, AppError> {
        if let NewMaster::Passphrase(passphrase) = new {
            vault::check_new_passphrase(passphrase)?;
        }
        let lock = lock_keys(&self.store).await?;
        self.reload_keys().await?;
        Ok(MasterChange {
            store: &self.store,
            context: &self.context,
            from: self.keys.vault(),
            new,
            source: self.keys.source.get().cloned(),
            file: None,
            at: Step::Begin,
            _lock: lock,
        })
    }
}

impl MasterChange<'_> {
    /// All steps.
    ///
    /// # Errors
    /// When a file cannot be written, the store refuses, or the data keys were changed meanwhile.
    pub async fn run(mut self) -> Result<(), AppError> {
        while self.step().await? {}
        Ok(())
    }

    /// The next step. Answers whether there is one more.
    ///
    /// # Errors
    /// As [`MasterChange::run`].
    pub async fn step(&mut self) -> Result<bool, AppError> {
        self.at = match (self.at, self.new) {
            (Step::Begin, NewMaster::KeyFile(path)) => {
                self.file = Some(KeyFileChange::begin(path, &*self.context.randomness)?);
                Step::KeepFormer
            }
            (Step::KeepFormer, _) => {
                if let Some(file) = &self.file {
                    file.keep_former()?;
                }
                Step::PutInPlace
            }
            (Step::PutInPlace, _) => {
                if let Some(file) = &self.file {
                    file.put_in_place()?;
                }
                Step::Rewrap
            }
            (Step::Begin | Step::Rewrap, _) => {
                self.rewrap().await?;
                Step::Tidy
            }
            (Step::Tidy | Step::Done, _) => {
                self.tidy()?;
                Step::Done
            }
        };
        Ok(self.at != Step::Done)
    }

    async fn rewrap(&self) -> Result<(), AppError> {
        let (master, derivation) = self.new_master().await?;
        let keys = self.store.data_keys().await?;
        let rewrapped = Vault::rewrap(&keys, self.from.master(), &master, self.context)?;
        let now = self.context.clock.now();
        let derivation = derivation.map(|derivation| derivation.to_string());
        let done = self
            .store
            .rewrap_data_keys(&texts(rewrapped), derivation.as_deref(), now)
            .await?;
        if done {
            return Ok(());
        }
        Err(AppError::Refused(
            "the data keys were changed meanwhile, so the master key stays as it was. Try again"
                .to_owned(),
        ))
    }

    async fn new_master(&self) -> Result<(MasterKey, Option<Derivation>), AppError> {
        match (self.new, &self.file) {
            (NewMaster::Passphrase(passphrase), _) => {
                let derivation = Derivation::new(&*self.context.randomness);
                let source =
                    MasterSource::Passphrase(passphrase.clone(), "the new passphrase".to_owned());
                let master =
                    read_master(&source, Some(derivation.clone()), false, self.context).await?;
                Ok((master, Some(derivation)))
            }
            (NewMaster::Text(text), _) => Ok((MasterKey::from_text(text)?, None)),
            (NewMaster::KeyFile(_), Some(file)) => Ok((file.new.clone(), None)),
            (NewMaster::KeyFile(path), None) => Ok((
                MasterKey::from_file_or_create(path, false, &*self.context.randomness)?,
                None,
            )),
        }
    }

    /// What opens nothing any more goes.
    fn tidy(&self) -> Result<(), AppError> {
        if let NewMaster::KeyFile(path) = self.new {
            KeyFileChange::forget_former(path)?;
        } else if let Some(path) = self.source.as_ref().and_then(|source| source.file()) {
            KeyFileChange::put_aside(path)?;
        }
        Ok(())
    }
}
