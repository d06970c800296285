//! Waiting for several answers at once on one thread, and asking each question once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Poll, Waker};

/// A future, and its answer once it has one.
type Running<F> = (Pin<Box<F>>, Option<<F as Future>::Output>);

/// Runs futures side by side; the answers are in the order of the futures.
pub(crate) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Running<F>> = futures.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|cx| {
        let mut all = true;
        for (future, answer) in running.iter_mut().filter(|(_, answer)| answer.is_none()) {
            match future.as_mut().poll(cx) {
                Poll::Ready(value) => *answer = Some(value),
                Poll::Pending => all = false,
            }
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running
        .into_iter()
        .filter_map(|(_, answer)| answer)
        .collect()
}

enum Slot<V> {
    Asked(Vec<Waker>),
    Answered(V),
}

/// Answers by question; a question that is still out is waited for, not asked again.
pub(crate) struct OnceEach<K, V>(RefCell<HashMap<K, Slot<V>>>);

impl<K, V> Default for OnceEach<K, V> {
    fn default() -> Self {
        OnceEach(RefCell::new(HashMap::new()))
    }
}

impl<K: Hash + Eq + Clone, V: Clone> OnceEach<K, V> {
    /// The answer to `key`: the one that is known, or what `ask` gives. Whoever asks first must be polled to the end.
    pub async fn get(&self, key: K, ask: impl Future<Output = V>) -> V {
        if self.0.borrow().contains_key(&key) {
            return std::future::poll_fn(|cx| match self.0.borrow_mut().get_mut(&key) {
                Some(Slot::Answered(value)) => Poll::Ready(value.clone()),
                Some(Slot::Asked(waiting)) => {
                    waiting.push(cx.waker().clone());
                    Poll::Pending
                }
                None => Poll::Pending,
            })
            .await;
        }
        self.0
            .borrow_mut()
            .insert(key.clone(), Slot::Asked(Vec::new()));
        let value = ask.await;
        let before = self
            .0
            .borrow_mut()
            .insert(key, Slot::Answered(value.clone()));
        if let Some(Slot::Asked(waiting)) = before {
            waiting.into_iter().for_each(Waker::wake);
        }
        value
    }
}
