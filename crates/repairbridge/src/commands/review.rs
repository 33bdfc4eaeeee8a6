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
    } = what;
    let (Some(word), Some(id)) = (answer, id) else {
        return list(app, &name, output).await;
    };
    let answer = match word {
        AnswerWord::Accept => Answer::Accept { candidate, side },
        AnswerWord::Apart => Answer::Apart,
        AnswerWord::Merge => Answer::Merge { candidate },
    };
    let done = app.answer(&name, id, answer).await?;
    output.answer(&done, &json!({"shop": name, "id": id, "done": done}));
    Ok(Exit::Done)
}

async fn list(app: &App, name: &str, output: Output) -> Result<Exit, Problem> {
    let questions = app.reviews(name).await?;
    output.json(&json!({"shop": name, "review": questions}));
    if questions.is_empty() {
        output.line("nothing waits for a decision");
    }
    for line in questions.iter().flat_map(app::ReviewLine::lines) {
        output.line(line);
    }
    Ok(Exit::Done)
}
