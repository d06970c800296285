//! Of the gate as a whole.
