//! BuildKit's LLBBridge over stdin and stdout.
