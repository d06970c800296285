//! Queries registries for many images at once, and shows the progress.

use std::collections::{BTreeSet, HashMap};
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Mutex;

use fromtier_image::{ImageRef, Platform};

use crate::mutex::lock;
use crate::parallel;
use crate::registry::{Detail, ImageInfo, Problem, Registries};

/// The number of queries at the same time.
const AT_ONCE: usize = 8;

/// One question to a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The full reference; its digest counts before its tag.
    image: String,
    /// The reference to ask for if there is no answer about the first.
    fallback: Option<String>,
    /// The platform whose config is needed too.
    config_for: Option<Platform>,
}

impl Question {
    /// Asks for the digest of an image, and for its config if a platform is given.
    pub fn new(image: &PullReference, config_for: Option<&Platform>) -> Question {
        Question {
            image: image.first.to_string(),
            fallback: image.fallback.as_ref().map(ImageRef::to_string),
            config_for: config_for.cloned(),
        }
    }
}

/// Where an image is looked up.
#[derive(Debug)]
pub struct PullReference {
    pub first: ImageRef,
    /// Where it is looked up if that fails: its own registry, after a mirror.
    pub fallback: Option<ImageRef>,
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
        let progress = Progress::new(questions.len());
        let answers = parallel::map(&questions, AT_ONCE, |question| {
            let answer = self.look_up(question);
            progress.add(&question.image);
            answer
        });
        progress.end();
        self.known.extend(questions.into_iter().zip(answers));
    }

    /// The answer to a question, if it was sent.
    pub fn get(&self, question: &Question) -> Option<&Result<ImageInfo, Problem>> {
        self.known.get(question)
    }

    fn look_up(&self, question: &Question) -> Result<ImageInfo, Problem> {
        let first = self.look_up_at(&question.image, question);
        match (&first, &question.fallback) {
            (Err(_), Some(own)) => self.look_up_at(own, question),
            _ => first,
        }
    }

    fn look_up_at(&self, image: &str, question: &Question) -> Result<ImageInfo, Problem> {
        let image = ImageRef::parse(image).map_err(|error| Problem::Protocol {
            registry: image.to_owned(),
            what: error.to_string(),
        })?;
        let wish = match &question.config_for {
            Some(platform) => Detail::Config(platform),
            None => Detail::Digest,
        };
        self.registries.look_up(&image, wish)
    }
}

/// The progress line, which is only on a terminal.
struct Progress {
    all: usize,
    done: Mutex<usize>,
    shown: bool,
}

impl Progress {
    fn new(all: usize) -> Progress {
        let progress = Progress {
            all,
            done: Mutex::new(0),
            shown: all > 0 && std::io::stderr().is_terminal(),
        };
        progress.show(0, "");
        progress
    }

    /// Adds an answer.
    fn add(&self, image: &str) {
        let mut done = lock(&self.done);
        *done += 1;
        self.show(*done, image);
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
