//! One policy, one request, one verdict: the gate. Pure; the day is an argument.
