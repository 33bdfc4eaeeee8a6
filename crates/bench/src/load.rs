//! The load: keep-alive connections that each send a request, wait for its answer, and send the next. One thread and
//! hardly any work of its own, since it shares the machine with what it measures.

use anyhow::{Context, Result, bail};
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio::time::Instant;

/// What came out.
pub(crate) struct Answered {
    pub(crate) per_second: f64,
    /// How many got their 200, those before the clock started included.
    pub(crate) count: usize,
    /// Times to the answer, ascending.
    times: Vec<Duration>,
}

impl Answered {
    /// The time within which this share was answered.
    pub(crate) fn within(&self, share: f64) -> Duration {
        quantile(&self.times, share)
    }
}

/// The value below which this share of ascending values lies.
pub(crate) fn quantile<T: Copy + Default>(ascending: &[T], share: f64) -> T {
    let at = (ascending.len() as f64 * share).ceil() as usize;
    let last = ascending.len().saturating_sub(1);
    let found = ascending.get(at.saturating_sub(1).min(last));
    found.copied().unwrap_or_default()
}

/// Sends the requests, each once, over so many connections until none is left or the time is up.
pub(crate) async fn send(
    to: SocketAddr,
    requests: Vec<Vec<u8>>,
    connections: usize,
    most: Duration,
) -> Result<Answered> {
    let load = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        LocalSet::new().block_on(&runtime, all(to, requests.into(), connections, most))
    };
    tokio::task::spawn_blocking(load).await?
}

async fn all(
    to: SocketAddr,
    requests: Rc<[Vec<u8>]>,
    connections: usize,
    most: Duration,
) -> Result<Answered> {
    let next = Rc::new(Cell::new(0));
    let mut open = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(to).await?;
        // Nobody is measured while still being greeted.
        connection.send(take(&requests, &next)?).await?;
        open.push(connection);
    }
    let began = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .map(|mut connection| {
            let (requests, next) = (Rc::clone(&requests), Rc::clone(&next));
            tokio::task::spawn_local(async move {
                let mut times = Vec::new();
                while began.elapsed() < most {
                    let Ok(request) = take(&requests, &next) else {
                        break;
                    };
                    let sent = Instant::now();
                    connection.send(request).await?;
                    times.push(sent.elapsed());
                }
                Ok::<_, anyhow::Error>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let per_second = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    Ok(Answered {
        per_second,
        count: connections + times.len(),
        times,
    })
}

fn take<'r>(requests: &'r [Vec<u8>], next: &Cell<usize>) -> Result<&'r [u8]> {
    let request = requests.get(next.replace(next.get() + 1));
    Ok(request.context("there are too few requests to send")?)
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: vec![0; 4096],
        })
    }

    /// Sends a request and reads its answer, which must be 200 with a short body or none.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..]).await?;
            if read == 0 {
                bail!("the connection was closed before an answer");
            }
            filled += read;
            if let Some(complete) = complete(&self.answer[..filled]) {
                if !complete {
                    let answer = String::from_utf8_lossy(&self.answer[..filled]);
                    bail!("a request was not taken: {answer}");
                }
                return Ok(());
            }
        }
    }
}

/// Whether the answer is 200; nothing while it is still coming.
fn complete(answer: &[u8]) -> Option<bool> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = head + 4 + length.unwrap_or(0);
    (answer.len() >= whole).then(|| text.starts_with("HTTP/1.1 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_with_its_body() {
        assert_eq!(complete(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"), None);
        assert_eq!(
            complete(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
            Some(true)
        );
        assert_eq!(
            complete(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no"),
            None
        );
        assert_eq!(
            complete(b"HTTP/1.1 429 Too Many\r\ncontent-length: 1\r\n\r\no"),
            Some(false)
        );
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values: Vec<u32> = (1..=100).collect();
        assert_eq!(quantile(&values, 0.5), 50);
        assert_eq!(quantile(&values, 0.99), 99);
        assert_eq!(quantile(&values, 1.0), 100);
        assert_eq!(quantile::<u32>(&[], 0.5), 0);
    }
}
