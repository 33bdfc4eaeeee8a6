//! The HighLevel wire: types, endpoints, tokens, errors and quirks. Usable alone.
