//! Callers who take their time. Nothing is measured while they are quick: a clock is wound only when one is waited for.

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Wound with the first wait.
struct Clock {
    within: Duration,
    rings: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    const fn new(within: Duration) -> Self {
        Self {
            within,
            rings: None,
        }
    }

    /// Ready when it was waited for too long.
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<()> {
        let within = self.within;
        let rings = self
            .rings
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(within)));
        rings.as_mut().poll(task)
    }
}

/// A body that has to be there in time as a whole, however much of it trickles in.
pub(super) struct InTime {
    body: Incoming,
    clock: Clock,
}

impl InTime {
    pub(super) const fn new(body: Incoming, within: Duration) -> Self {
        Self {
            body,
            clock: Clock::new(within),
        }
    }
}

impl Body for InTime {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // Looked at first once it runs: something may trickle in with every look.
        if self.clock.rings.is_some() && self.clock.poll(task).is_ready() {
            return Poll::Ready(Some(Err("the body took too long".into())));
        }
        match Pin::new(&mut self.body).poll_frame(task) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => {
                ready!(self.clock.poll(task));
                Poll::Ready(Some(Err("the body took too long".into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose other end has to take something of what is sent from time to time.
pub(super) struct Patient<S> {
    stream: S,
    clock: Clock,
}

impl<S> Patient<S> {
    pub(super) const fn new(stream: S, within: Duration) -> Self {
        Self {
            stream,
            clock: Clock::new(within),
        }
    }

    fn judge<T>(
        &mut self,
        went: Poll<io::Result<T>>,
        task: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if went.is_ready() {
            self.clock.rings = None;
            return went;
        }
        ready!(self.clock.poll(task));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(task, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.stream).poll_write(task, bytes);
        self.judge(went, task)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.stream).poll_write_vectored(task, parts);
        self.judge(went, task)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let went = Pin::new(&mut self.stream).poll_flush(task);
        self.judge(went, task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let went = Pin::new(&mut self.stream).poll_shutdown(task);
        self.judge(went, task)
    }
}
