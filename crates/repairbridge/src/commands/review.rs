//! `review`: questions to people, and their answers.

use crate::cli::{AnswerWord, Review};
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{Answer, App};
use serde_json::json;

pub(crate) async fn run(app: &App, what: Review, output: Output) -> Result<Exit, Problem> {
    let Review {
        name,
        answer,
        id,
        candidate,
        side,
        answered,
    } = what;
    let (Some(word), Some(id)) = (answer, id) else {
        return list(app, &name, answered, output).await;
    };
    let answer = match word {
        AnswerWord::Accept => Answer::Accept { candidate, side },
        AnswerWord::Apart => Answer::Apart,
        AnswerWord::Merge => Answer::Merge { candidate },
        AnswerWord::Undo => return undo(app, &name, id, output).await,
    };
    let done = app.answer(&name, id, answer).await?;
    output.answer(&done, &json!({"shop": name, "id": id, "done": done}));
    Ok(Exit::Done)
}

/// Takes an answer back, and says what stays as it is.
async fn undo(app: &App, name: &str, id: i64, output: Output) -> Result<Exit, Problem> {
    let taken = app.take_back_answer(name, id).await?;
    output.json(&json!({"shop": name, "id": id, "done": taken.done, "cannot": taken.cannot}));
    output.line(&taken.done);
    for line in &taken.cannot {
        output.line(format!("not taken back: {line}"));
    }
    Ok(Exit::Done)
}

async fn list(app: &App, name: &str, answered: bool, output: Output) -> Result<Exit, Problem> {
    let questions = if answered {
        app.answered(name).await?
    } else {
        app.reviews(name).await?
    };
    output.json(&json!({"shop": name, "review": questions}));
    if questions.is_empty() {
        output.line(if answered {
            "nothing was answered yet"
        } else {
            "nothing waits for a decision"
        });
    }
    for line in questions.iter().flat_map(app::ReviewLine::lines) {
        output.line(line);
    }
    Ok(Exit::Done)
}
