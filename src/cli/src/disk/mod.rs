//! The only part of the program that opens and writes files.
//!
//! A repository can be hostile: `fromtier check` runs on pull requests. So every file that a repository brings is opened
//! below the top of that repository, whatever its links say ([`root::Root`]), must be a regular file of a limited size, and a
//! link must lead to a file that is named as its kind ([`FileKind`]). `docs/security.md` has the rules.

mod kind;
mod path;
mod read_error;
mod root;
mod root_kind;
mod users;

pub use self::kind::FileKind;
pub use self::path::RootedPath;
pub use self::read_error::{ReadError, WriteError};
use self::root_kind::RootKind;
pub use self::users::{list_users_directory, read_users_file};
