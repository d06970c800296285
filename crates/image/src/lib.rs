//! Image references, digests, platforms and the OCI image config. Pure.
