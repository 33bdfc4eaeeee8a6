//! The MyGadgetRepairs wire: types, endpoints, capability probe, errors and quirks. Usable alone.
