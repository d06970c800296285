//! Queries registries for many images at once, and shows the progress.

use std::collections::{BTreeSet, HashMap};
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fromtier_image::{ImageRef, Platform};

use crate::registry::{Detail, ImageInfo, Problem, Registries};

/// The number of queries at the same time.
const AT_ONCE: usize = 8;

/// One question to a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The full reference; its digest counts before its tag.
    image: String,
    /// The platform whose config is needed too.
    config_for: Option<Platform>,
}

impl Question {
    /// Asks for the digest of an image, and for its config if a platform is given.
    pub fn new(image: &ImageRef, config_for: Option<&Platform>) -> Question {
        Question {
            image: image.to_string(),
            config_for: config_for.cloned(),
        }
    }
}

/// The registries' answers so far.
#[derive(Debug)]
pub struct Answers {
    registries: Registries,
    known: HashMap<Question, Result<ImageInfo, Problem>>,
}

impl Answers {
    /// No answers.
    pub fn new(hosts_dir: Option<&Path>) -> Answers {
        Answers {
            registries: Registries::new(hosts_dir),
            known: HashMap::new(),
        }
    }

    /// Asks the questions without an answer, several at once.
    pub fn ask(&mut self, questions: impl IntoIterator<Item = Question>) {
        let questions: BTreeSet<Question> = questions
            .into_iter()
            .filter(|question| !self.known.contains_key(question))
            .collect();
        let questions: Vec<Question> = questions.into_iter().collect();
        let answers = answer_in_parallel(&questions, AT_ONCE, |question| self.look_up(question));
        self.known.extend(questions.into_iter().zip(answers));
    }

    /// The answer to a question, if it was sent.
    pub fn get(&self, question: &Question) -> Option<&Result<ImageInfo, Problem>> {
        self.known.get(question)
    }

    fn look_up(&self, question: &Question) -> Result<ImageInfo, Problem> {
        let image = ImageRef::parse(&question.image).map_err(|error| Problem::Protocol {
            registry: question.image.clone(),
            what: error.to_string(),
        })?;
        let wish = match &question.config_for {
            Some(platform) => Detail::Config(platform),
            None => Detail::Digest,
        };
        self.registries.look_up(&image, wish)
    }
}

/// Answers in the order of the questions, at most `at_once` at the same time, with a progress line on a terminal.
fn answer_in_parallel<A: Send>(
    questions: &[Question],
    at_once: usize,
    answer: impl Fn(&Question) -> A + Sync,
) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::with_capacity(questions.len()));
    let progress = Progress::new(questions.len());
    thread::scope(|scope| {
        for _ in 0..at_once.min(questions.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(question) = questions.get(index) else {
                        return;
                    };
                    let answer = answer(question);
                    let mut answers = answers
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    answers.push((index, answer));
                    progress.show(answers.len(), &question.image);
                }
            });
        }
    });
    progress.end();
    let mut answers = answers
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The progress line, which is only on a terminal.
struct Progress {
    all: usize,
    shown: bool,
}

impl Progress {
    fn new(all: usize) -> Progress {
        let progress = Progress {
            all,
            shown: all > 0 && std::io::stderr().is_terminal(),
        };
        progress.show(0, "");
        progress
    }

    fn show(&self, done: usize, last: &str) {
        if self.shown {
            let last: String = last.chars().take(60).collect();
            let _ = write!(
                std::io::stderr(),
                "\r\x1b[Kasking registries: {done}/{} {last}",
                self.all
            );
        }
    }

    fn end(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "it measures")]
    fn answers_come_in_order_and_never_more_than_so_many_at_once() {
        let questions: Vec<_> = (0..20)
            .map(|number| Question {
                image: number.to_string(),
                config_for: None,
            })
            .collect();
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let begun = Instant::now();
        let answers = answer_in_parallel(&questions, 8, |question| {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(30));
            running.fetch_sub(1, Ordering::SeqCst);
            question.image.clone()
        });
        let wanted: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(answers, wanted);
        assert_eq!(most.into_inner(), 8);
        assert!(begun.elapsed() < Duration::from_millis(20 * 30));
        assert_eq!(answer_in_parallel(&[], 8, |_| ()), []);
    }
}
