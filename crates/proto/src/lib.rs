//! The gateway and solver/pb messages that Fromtier uses, compiled from `proto/`.
