//! Embedded facts on Docker Official Images. Pure.
